namespace Lodestar.Engine.Operations;

/// <summary>The section of <c>AGENTS.md</c> that tells an agent how to work here. It stands between two marks, so it can be
/// renewed while everything else in the file stays.</summary>
internal static class AgentGuide
{
    private const string Begin = "<!-- lodestar:begin -->";
    private const string End = "<!-- lodestar:end -->";

    private const string Section =
        """
        ## Working with Lodestar

        Tasks are in `.lodestar/spec.yaml` (committed); who does what is in the runtime store (never committed). Use the
        `lodestar` command, not an editor, to claim and finish tasks. Every command takes `--json`, `--explain` and `--schema`.

        1. `lodestar agent join` once; keep the id (`export LODESTAR_AGENT_ID=...`).
        2. `lodestar task next`, then `lodestar task claim ID`. The claim is a lease: `lodestar task renew ID` before it ends.
        3. `lodestar task show ID` for criteria and files. Stay inside the task's `locks`.
        4. Work, commit, run the checks. `lodestar msg inbox` shows what others tell you, `lodestar msg send` answers.
        5. `lodestar task done ID --fence N` with the fence the claim gave. Somebody else verifies: `lodestar task verify ID`.

        A refused command exits non-zero and says what to do next; `lodestar task why ID` tells why a task cannot be claimed.
        A good task fits in one sitting, names its files in `--lock`, and has criteria somebody else can check (`--accept`).
        """;

    /// <summary>The file with the section put in or renewed.</summary>
    /// <param name="old">The file as it is; null when there is none.</param>
    internal static string Merge(string? old)
    {
        var section = $"{Begin}\n{Section.ReplaceLineEndings("\n")}\n{End}\n";
        if (old is null)
            return "# Notes for agents\n\n" + section;
        if (old.Contains("\r\n", StringComparison.Ordinal))
            section = section.ReplaceLineEndings("\r\n");
        var begin = old.IndexOf(Begin, StringComparison.Ordinal);
        var end = begin < 0 ? -1 : old.IndexOf(End, begin, StringComparison.Ordinal);
        if (end < 0)
            return (old.Length == 0 || old.EndsWith('\n') ? old : old + "\n") + (old.Length == 0 ? "" : "\n") + section;
        end += End.Length;
        return old[..begin] + section.TrimEnd('\r', '\n') + old[end..];
    }
}
