using System.Collections.Immutable;
using Lodestar.Core;
using Lodestar.Core.Context;
using Lodestar.Core.Policy;
using Lodestar.Core.Runs;

namespace Lodestar.TestKit.World;

/// <summary>What a simulated run is about: its plan and how its agents behave. Drawn from a seed.</summary>
/// <param name="Plan">The plan.</param>
/// <param name="Conducts">How builders behave, by task and attempt; beyond the list they do the task well.</param>
/// <param name="Reviews">What reviewers say, by task, in the order they are asked: true approves, false asks for changes,
/// null says nothing valid; beyond the list they approve.</param>
/// <param name="Specs">What spec maintainers do, by task, in the order they are asked; beyond the list they update.</param>
/// <param name="IsGentle">True when every task succeeds in the end, and the order of merges does not matter.</param>
/// <param name="Kills">Most engines killed.</param>
/// <param name="Breaks">Most calls broken.</param>
/// <param name="Sleeps">Most times an engine is stopped, and woken later.</param>
/// <param name="FullDisks">Most times the disk is full for a while.</param>
/// <param name="Requests">Most requests people make.</param>
/// <param name="Rivals">Most times somebody else takes a task.</param>
/// <param name="HasMeddler">True when somebody moves the run branch by hand.</param>
/// <param name="CutAt">An engine is killed once the ledger has this many entries; null: none for that reason.</param>
public sealed record Scenario(
    RunPlan Plan,
    ImmutableDictionary<TaskId, ImmutableArray<Conduct>> Conducts,
    ImmutableDictionary<TaskId, ImmutableArray<bool?>> Reviews,
    ImmutableDictionary<TaskId, ImmutableArray<Upkeep>> Specs,
    bool IsGentle,
    int Kills,
    int Breaks,
    int Sleeps,
    int FullDisks,
    int Requests,
    int Rivals,
    bool HasMeddler,
    long? CutAt = null)
{
    private static readonly ProjectId Project = new("01JZ0000000000000000000000");

    /// <summary>Conducts after which the task can still succeed in another attempt.</summary>
    private static readonly Conduct[] Troubles =
    [
        .. Enum.GetValues<Conduct>().Except(
            [Conduct.Commits, Conduct.LeavesUncommitted, Conduct.CommitsHalf, Conduct.DeclaresNoChange, Conduct.TouchesShared, Conduct.TouchesPair]),
    ];

    /// <summary>Conducts whose outcome depends on what other tasks did.</summary>
    private static readonly Conduct[] Meetings =
        [Conduct.TouchesShared, Conduct.TouchesShared, Conduct.TouchesPair, Conduct.DeclaresNoChange];

    private static readonly Conduct[] Fine = [Conduct.Commits, Conduct.LeavesUncommitted, Conduct.CommitsHalf];

    /// <summary>The same run with nothing going wrong from outside.</summary>
    public Scenario Undisturbed => this with { Kills = 0, Breaks = 0, Sleeps = 0, FullDisks = 0, Requests = 0, Rivals = 0, HasMeddler = false };

    /// <summary>Draws a scenario.</summary>
    public static Scenario Draw(Random random, CommitId root)
    {
        var isGentle = random.Next(3) == 0;
        // Tasks that declare no files keep nobody out, so only they can conflict.
        var isLoose = !isGentle && random.Next(2) == 0;
        var ids = Enumerable.Range(1, 1 + random.Next(6)).Select(number => new TaskId($"F{number}")).ToArray();
        var tasks = ids.Select((id, at) => DrawTask(random, id, ids[..at], isLoose)).ToImmutableArray();
        return new Scenario(
            DrawPlan(random, tasks, root, isGentle),
            ids.ToImmutableDictionary(id => id, _ => DrawConducts(random, isGentle, isLoose)),
            ids.ToImmutableDictionary(id => id, _ => DrawReviews(random, isGentle)),
            ids.ToImmutableDictionary(id => id, _ => DrawSpecs(random, isGentle)),
            isGentle,
            random.Next(6),
            random.Next(4),
            random.Next(3),
            random.Next(4) == 0 ? 1 : 0,
            isGentle ? 0 : random.Next(5),
            !isGentle && random.Next(5) == 0 ? 40 : random.Next(5),
            random.Next(10) == 0);
    }

    /// <summary>One task that succeeds at once, and a calm world.</summary>
    public static Scenario Simplest(CommitId root) => new(
        DrawPlan(new Random(1), [DrawTask(new Random(1), new("F1"), [], false)], root, true),
        ImmutableDictionary<TaskId, ImmutableArray<Conduct>>.Empty,
        ImmutableDictionary<TaskId, ImmutableArray<bool?>>.Empty,
        ImmutableDictionary<TaskId, ImmutableArray<Upkeep>>.Empty,
        true,
        0,
        0,
        0,
        0,
        0,
        0,
        false);

    private static PlannedTask DrawTask(Random random, TaskId id, TaskId[] before, bool isLoose) => new(
        id,
        $"Task {id}",
        "",
        [],
        [.. before.Where(_ => random.Next(4) == 0)],
        [],
        random.Next(4) switch
        {
            0 => [],
            _ when isLoose => [],
            1 => [$"src/{id}/**", "shared/**"],
            _ => [$"src/{id}/**"],
        },
        random.Next(3),
        $"sha256:{Sha256Text.Of(id.Value)}");

    private static ImmutableArray<Conduct> DrawConducts(Random random, bool isGentle, bool isLoose)
    {
        // Attempts that conflict or are cut short by a lost lease come on top: fewer failures than attempts are allowed.
        var bad = random.Next(isGentle ? 2 : 4);
        var conducts = Enumerable.Range(0, bad).Select(_ => isGentle || random.Next(3) > 0
            ? Troubles[random.Next(Troubles.Length)]
            : Meetings[random.Next(Meetings.Length)]);
        return isLoose && random.Next(2) == 0
            ? [.. Enumerable.Range(0, 12).Select(_ => Meetings[random.Next(Meetings.Length)])]
            : [.. conducts, .. Enumerable.Range(0, 12).Select(_ => Fine[random.Next(Fine.Length)])];
    }

    private static ImmutableArray<bool?> DrawReviews(Random random, bool isGentle) => isGentle
        ? []
        : [.. Enumerable.Range(0, random.Next(5)).Select(bool? (_) => random.Next(3) switch { 0 => true, 1 => false, _ => null })];

    /// <summary>Maintainers of a gentle run err once at most: a second round is another builder's turn.</summary>
    private static ImmutableArray<Upkeep> DrawSpecs(Random random, bool isGentle) =>
        [.. Enumerable.Range(0, random.Next(isGentle ? 2 : 5)).Select(_ => Enum.GetValues<Upkeep>()[random.Next(isGentle ? 4 : Enum.GetValues<Upkeep>().Length)])];

    private static RunPlan DrawPlan(Random random, ImmutableArray<PlannedTask> tasks, CommitId root, bool isGentle)
    {
        var builder = new PlannedProfile(
            "builder", "exec", ["/bin/agent"], null, null, [], TimeSpan.FromSeconds(10), SettingSource.Charter);
        var hasReview = random.Next(2) == 0;
        var maintainsSpec = random.Next(3) == 0;
        var policy = RunPolicy.Resolve(new PolicyLayer(SettingSource.Flag, new PolicyValues
        {
            Lanes = 1 + random.Next(3),
            // Foreign references are blamed on every lane at work, so a gentle run needs room for its neighbours' sins.
            MaxAttempts = isGentle ? 12 : 1 + random.Next(3),
            ReviewRounds = 1 + random.Next(3),
            MaxConflicts = isGentle ? 12 : 1 + random.Next(3),
            LeaseTtl = TimeSpan.FromSeconds(11),
            Commit = isGentle || random.Next(3) > 0 ? CommitBy.Engine : CommitBy.Agent,
            BudgetTokens = isGentle || random.Next(8) > 0 ? null : 100 * (1 + random.Next(20)),
        }));
        return new RunPlan(
            Project,
            PlannedMission.Implicit(Project),
            "main",
            root,
            new("snap-0123456789ab"),
            tasks,
            [[.. tasks.Select(task => task.Id)]],
            policy,
            [PipelineStep.Implement, PipelineStep.Check, PipelineStep.Review, PipelineStep.Merge],
            [],
            !isGentle && random.Next(5) == 0 ? [] : [.. Checks.Take(1 + random.Next(2))],
            builder,
            hasReview ? builder with { Name = "reviewer" } : null,
            [".lodestar/**"],
            [],
            new(random.Next(4) == 0 ? ["setup"] : [], random.Next(4) == 0 ? ["ignored/.env"] : []),
            null,
            [],
            maintainsSpec ? builder with { Name = "spec_maintainer" } : null)
        {
            SpecDocuments = maintainsSpec ? [new("SPEC.md", ["## Changelog"])] : [],
        };
    }

    private static readonly PlannedCheck[] Checks =
    [
        new("content", "content", TimeSpan.FromSeconds(5), SettingSource.Charter),
        new("pairs", "pairs", TimeSpan.FromSeconds(5), SettingSource.Charter),
    ];
}
