using Lodestar.Core;

namespace Lodestar.Engine.Setup;

/// <summary>The section of <c>AGENTS.md</c> that tells an agent how to work here.</summary>
internal static class AgentGuide
{
    /// <summary>The file.</summary>
    internal const string Path = "AGENTS.md";

    private const string McpTitle = "### Over MCP";

    /// <summary>The file with the section put in or renewed.</summary>
    /// <param name="old">The file as it is; null when there is none.</param>
    /// <param name="withMcp">Whether MCP is set up here; a file that spoke of it before goes on to.</param>
    internal static Outcome<byte[]> Merge(byte[]? old, bool withMcp)
    {
        var before = MarkedSection.In(old);
        var mcp = withMcp || before?.Contains(McpTitle, StringComparison.Ordinal) == true;
        var section = mcp ? $"{Section}\n\n{Mcp}" : Section;
        return MarkedSection.Merge(Path, old, "# Notes for agents", section.ReplaceLineEndings("\n"));
    }

    private const string Section =
        """
        ## Working with Lodestar

        Work here is planned as tasks. `.lodestar/spec.yaml` (committed) says what is to be done; who does what, and how far it
        is, is in a store that is never committed. Use the `lodestar` command for both: several agents work at the same time,
        and it keeps them from undoing each other's work.

        Every command takes `--json` (one object: `ok`, `data`, `next`, `warnings`), `--explain` and `--schema`. A refused command
        exits non-zero, has changed nothing, and says what to do next: do that rather than trying again.

        ### The loop

        1. Join once: `lodestar agent join --name NAME`. Keep the id it gives: `export LODESTAR_AGENT_ID=ID`.
        2. Find work: `lodestar task next`. Take it: `lodestar task claim ID`. The claim is a lease; note its `fence` and when it
           expires. If somebody was faster, take another task.
        3. Understand it: `lodestar task context ID` has the criteria and what the product document says, `lodestar task show ID` the
           files, `lodestar msg thread ID` what others found out.
        4. Work. Change only files that the task's `locks` match. Renew the lease before it expires: `lodestar task renew ID`.
           Look at `lodestar msg inbox` now and then.
        5. Finish: meet every criterion, run the project's checks, commit, then `lodestar task done ID --fence N`.
        6. Somebody else looks at it and accepts it: `lodestar task verify ID`. That opens the tasks that wait for it.

        If you cannot go on, say what you know and give the task back; work that is committed is not lost:

        ```sh
        lodestar msg send --task ID --severity handoff --text 'The parser works; the tests in tests/parser still fail.'
        lodestar task release ID --reason 'needs a decision about the file format'
        ```

        - A task that cannot be claimed: `lodestar task why ID` names everything it waits for.
        - A lease that ran out may be somebody else's now. A refused `--fence` means stop: claim again before you write anything.
        - Never edit the store, and never finish or release what another agent holds.

        ### Writing tasks

        A task is one outcome that fits in one sitting, about a quarter of an hour of an agent's work, and that somebody else
        can check without asking you.

        ```sh
        lodestar task create --title 'Refuse expired reset links' \
          --description 'In src/auth/reset: a link older than an hour answers 410. Sending mail is out of scope.' \
          --accept 'A link of 61 minutes answers 410' --accept 'A link of 59 minutes still works' \
          --lock 'src/auth/reset/**' --lock 'tests/auth/reset/**' \
          --depends-on T001 --label auth --priority 20 \
          --prd-source PRD.md --prd-ref '#reset-links'
        ```

        - Description: what, where in the code, why, and what is out of scope. Who claims it has only this and the product document.
        - Criteria: facts one can observe, each with the command or the input that shows it. Not "works well", not "is tested".
        - Locks: the narrowest patterns that hold everything the task writes, its tests too. Tasks whose locks do not overlap can be
          done at the same time; one without locks may touch anything.
        - Dependencies: only what is really needed first. Agree on an interface in a task of its own, then let both sides go on.
        - Too big? Split by behaviour, not by layer. Unknown? Make finding out the task, with the answer as its result.
        - Lower priority numbers come first; without one a task has 100. `lodestar task graph --format mermaid` draws the plan.

        Change a task with `lodestar task update ID`, not with an editor, and commit `.lodestar/spec.yaml` with the work it plans.

        ### Where things are

        | Path | What | In Git |
        |---|---|---|
        | `.lodestar/spec.yaml` | tasks and their dependencies | yes |
        | `.lodestar/charter.yaml` | how runs are done: checks, agents, limits; optional | yes |
        | `.lodestar/runtime.sqlite` | status, leases, agents, messages | no |

        `lodestar status` shows where the project stands, `lodestar doctor` what is wrong with it, `lodestar run` lets Lodestar work
        through the whole plan by itself.
        """;

    private const string Mcp =
        """
        ### Over MCP

        The MCP server `Lodestar` (see `.mcp.json`) has the same verbs as tools: `lodestar_agent_join`, `lodestar_task_next`,
        `lodestar_task_claim`, `lodestar_task_context`, `lodestar_message_send`, `lodestar_task_done`, `lodestar_task_verify`. Use either;
        both see the same tasks, leases and messages, and refuse with the same codes.
        """;
}
