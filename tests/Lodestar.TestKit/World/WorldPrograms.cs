using Lodestar.Core;
using Lodestar.Core.Runs;
using Lodestar.Core.Supervision;
using Lodestar.Engine.Processes;

namespace Lodestar.TestKit.World;

/// <summary>Gives every program that is started in the world its life: builders, reviewers, checks, set-up commands.</summary>
internal sealed class WorldPrograms(
    Scenario scenario, Random random, MemoryGit git, Witness witness, Treasury treasury, Func<IEnumerable<WorldProcess>> alive)
{
    private readonly Dictionary<(TaskId, AgentRole), int> asked = [];
    private readonly Dictionary<IdempotencyKey, int> turns = [];
    private readonly Dictionary<(IdempotencyKey, AgentRole), WorldProcess> latest = [];

    /// <summary>Tasks a reviewer approved, by the reviewers' own books.</summary>
    internal SortedSet<TaskId> Approved { get; } = [];

    /// <summary>What a check says about some files; the world's own opinion, asked again at the end.</summary>
    internal static bool? Passes(string check, IReadOnlyDictionary<string, string> files) => check switch
    {
        "content" when files.Values.Any(content => content.StartsWith("SLOW", StringComparison.Ordinal)) => null,
        "content" => !files.Values.Any(content => content.StartsWith("BROKEN", StringComparison.Ordinal)),
        // Two changes that are fine alone need not be fine together.
        "pairs" => !(files.ContainsKey("shared/left") && files.ContainsKey("shared/right")),
        _ => throw new InvalidOperationException($"There is no check {check}."),
    };

    internal void Start(WorldProcess process)
    {
        var row = witness.RowOf(process.Order.Process);
        var others = alive().Where(other => other != process && other.Order.WorkingDirectory == process.Order.WorkingDirectory);
        Witness.Require(!others.Any(), "11-one-owner", $"Two programs live in {process.Order.WorkingDirectory}.");
        if (row.Role != AgentRole.Setup && latest.TryGetValue((row.Key, row.Role), out var earlier))
            Witness.Require(
                earlier.Report is null or { Status: ExitStatus.Stopped or ExitStatus.OwnerLost },
                "7-exactly-once",
                $"{row.Role} of {row.Task} came to an end and is asked again under its key.");
        latest[(row.Key, row.Role)] = process;
        var tree = git.Worktrees.GetValueOrDefault(process.Order.WorkingDirectory)
            ?? throw new WorldBrokenException("3-commit-target", $"{process.Order.WorkingDirectory} is no worktree.");
        switch (row.Role)
        {
            case AgentRole.Builder:
                Build(process, row, tree);
                break;
            case AgentRole.Reviewer:
                process.After(Pause(), () => Review(process, row));
                break;
            case AgentRole.SpecMaintainer:
                Maintain(process, row, tree);
                break;
            case AgentRole.Check:
                Check(process, tree);
                break;
            case AgentRole.Setup:
                process.After(Pause(), () => process.End(
                    random.Next(12) == 0 && !scenario.IsGentle ? ExitStatus.Failed : ExitStatus.Completed, 0));
                break;
            default:
                throw new InvalidOperationException($"Role {row.Role} has no program.");
        }
    }

    internal void Ended(WorldProcess process)
    {
        if (witness.State!.Processes.TryGetValue(process.Order.Process, out var record) && AgentRoles.Writes(record.Spawning.Role))
            treasury.AddLeftovers(process.Order.WorkingDirectory);
    }

    private void Build(WorldProcess process, RunEvent.ProcessSpawning row, MemoryWorktree tree)
    {
        var turn = (Effect.RunTurn)witness.State!.InFlight[row.Key].Effect;
        Witness.Require(
            tree.Branch == RefName.AttemptBranch(witness.State.Run, row.Task, row.Attempt) && tree.Head == turn.From && tree.Dirty.Count == 0,
            "3-commit-target",
            $"The builder of {row.Task} found its lane on {tree.Branch} at {tree.Head}.");
        var conducts = scenario.Conducts.GetValueOrDefault(row.Task, []);
        var conduct = row.Attempt <= conducts.Length ? conducts[row.Attempt - 1] : Conduct.Commits;
        new AgentScript(git, tree, process, row.Task, turn.Round, treasury.Add).Play(conduct, Pause);
    }

    private void Maintain(WorldProcess process, RunEvent.ProcessSpawning row, MemoryWorktree tree)
    {
        var turn = (Effect.RunTurn)witness.State!.InFlight[row.Key].Effect;
        Witness.Require(
            tree.Branch == RefName.AttemptBranch(witness.State.Run, row.Task, row.Attempt) && tree.Head == turn.From && tree.Dirty.Count == 0,
            "3-commit-target",
            $"The spec maintainer of {row.Task} found its lane on {tree.Branch} at {tree.Head}.");
        Witness.Require(
            !alive().Any(other => other != process && witness.State.Processes.TryGetValue(other.Order.Process, out var record)
                && record.Spawning.Role == AgentRole.SpecMaintainer),
            "scopes",
            "Two spec maintainers work at once.");
        var upkeeps = scenario.Specs.GetValueOrDefault(row.Task, []);
        var given = TurnOf(row);
        new SpecKeeper(tree, process, row.Task, treasury.Add).Play(given <= upkeeps.Length ? upkeeps[given - 1] : Upkeep.Commits, Pause);
    }

    /// <summary>How many turns in its role the task has had with this one. A turn that is taken again is the same turn.</summary>
    private int TurnOf(RunEvent.ProcessSpawning row)
    {
        if (turns.TryGetValue(row.Key, out var known))
            return known;
        var place = (row.Task, row.Role);
        return turns[row.Key] = asked[place] = asked.GetValueOrDefault(place) + 1;
    }

    private void Review(WorldProcess process, RunEvent.ProcessSpawning row)
    {
        var verdicts = scenario.Reviews.GetValueOrDefault(row.Task, []);
        var given = TurnOf(row);
        var verdict = given <= verdicts.Length ? verdicts[given - 1] : true;
        if (verdict == true)
            Approved.Add(row.Task);
        process.End(
            ExitStatus.Completed,
            0,
            verdict switch { true => "approved", false => "changes_requested", null => null },
            text: "What I think of it.");
    }

    private void Check(WorldProcess process, MemoryWorktree tree)
    {
        var passes = Passes(process.Order.Command[^1], tree.Files);
        tree.Files["ignored/report"] = "x";
        if (random.Next(10) == 0 && tree.Files.ContainsKey("README.md"))
            tree.Files["README.md"] = "changed by a check\n";
        if (passes is { } answer)
            process.After(Pause(), () => process.End(answer ? ExitStatus.Completed : ExitStatus.Failed, answer ? 0 : 1));
    }

    private TimeSpan Pause() => TimeSpan.FromMilliseconds(10 + random.Next(1000));
}
