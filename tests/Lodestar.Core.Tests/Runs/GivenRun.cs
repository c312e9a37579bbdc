using System.Collections.Immutable;
using Lodestar.Core.Context;
using Lodestar.Core.Policy;
using Lodestar.Core.Runs;
using Lodestar.Core.Supervision;

namespace Lodestar.Core.Tests.Runs;

/// <summary>A run told in a few words: each call records what happened next. What the policy wants can be recorded as a
/// whole, so that a test says only what matters to it.</summary>
internal sealed class GivenRun
{
    internal static readonly RunId Id = new("run-20310514-120000-00000001");
    internal static readonly DateTimeOffset Noon = new(2031, 5, 14, 12, 0, 0, TimeSpan.Zero);
    private readonly List<LedgerEntry> entries = [];
    private int made;

    private GivenRun(RunPlan plan)
    {
        entries.Add(new LedgerEntry(1, Noon, "operator", new RunEvent.RunStarted(plan)));
        State = RunFold.Begin(Id, entries[0]);
    }

    internal RunState State { get; private set; }

    internal IReadOnlyList<LedgerEntry> Ledger => entries;

    internal ImmutableArray<RunEvent> Wanted => SupervisorPolicy.Decide(State, Noon);

    /// <summary>A run that an engine owns. "B:A" is task B that depends on A.</summary>
    internal static GivenRun Of(params string[] tasks) => Of(new PolicyValues(), tasks);

    internal static GivenRun Of(PolicyValues policy, params string[] tasks) => Begun(GivenPlan.Of([.. tasks.Select(Task)]) with
    {
        Reviewer = null,
        Policy = RunPolicy.Resolve(new PolicyLayer(SettingSource.Flag, policy)),
    });

    internal static GivenRun Begun(RunPlan plan) => new GivenRun(plan).Attached(1).Settled<Effect.OwnRun>(new EffectResult.Owned(1));

    internal static PlannedTask Task(string text)
    {
        var parts = text.Split(':');
        return GivenPlan.Login with
        {
            Id = new(parts[0]),
            Locks = [],
            DependsOn = parts.Length == 1 ? [] : [.. parts[1].Split(',').Select(id => new TaskId(id))],
        };
    }

    internal TaskRun this[string task] => State.Tasks[new(task)];

    internal GivenRun Then(params RunEvent[] events)
    {
        foreach (var happened in events)
        {
            // The store fills in the leases it grants.
            var recorded = happened switch
            {
                RunEvent.AttemptStarted { Lease: null } started => started with { Lease = new("L00000001"), Fence = 7 },
                RunEvent.LeaseTaken { Lease: null } taken => taken with { Lease = new("L00000002"), Fence = 8 },
                _ => happened,
            };
            var next = new LedgerEntry(State.Seq + 1, Noon, "engine", recorded);
            State = RunFold.Next(State, next);
            entries.Add(next);
        }

        return this;
    }

    internal GivenRun Attached(long fence) => Then(new RunEvent.EngineAttached(fence, 1, "here")).Decided();

    /// <summary>Records everything the policy wants, until it wants nothing.</summary>
    internal GivenRun Decided()
    {
        while (Wanted is { IsEmpty: false } wanted)
            Then([.. wanted]);
        return this;
    }

    /// <summary>Settles the one effect of a kind in flight, for a task if one is named, and lets the policy go on.</summary>
    internal GivenRun Settled<TEffect>(EffectResult result, string? task = null)
        where TEffect : Effect => Then(new RunEvent.EffectSettled(KeyOf<TEffect>(task), result)).Decided();

    internal IdempotencyKey KeyOf<TEffect>(string? task = null)
        where TEffect : Effect => State.InFlight.Single(item => item.Value.Effect is TEffect && (task is null || item.Value.Effect.ForTask?.Value == task)).Key;

    internal bool IsInFlight<TEffect>(string? task = null)
        where TEffect : Effect => State.InFlight.Values.Any(item => item.Effect is TEffect && (task is null || item.Effect.ForTask?.Value == task));

    internal GivenRun Built(string task, string? noChange = null) => Settled<Effect.RunTurn>(Done(null, noChange), task);

    internal GivenRun BuildFailed(string task, string code = "agent-failed") =>
        Settled<Effect.RunTurn>(new EffectResult.TurnFailed(null, code, "", Usage.Unknown), task);

    internal GivenRun Reviewed(string task, Verdict verdict) =>
        Settled<Effect.RunTurn>(Done(verdict, null) with { Text = "What I found." }, task);

    internal GivenRun Collected(string task) =>
        Settled<Effect.Collect>(new EffectResult.Collected(Commit(), Tree(), 1, Proof(task, "implement")), task);

    internal GivenRun NothingCollected(string task) =>
        Settled<Effect.Collect>(new EffectResult.Collected(null, null, 0, Proof(task, "implement")), task);

    internal GivenRun Rejected(string task) =>
        Settled<Effect.Collect>(new EffectResult.Rejected([new Finding("no-commits", "Nothing was made.")]), task);

    internal GivenRun Checked(string task, string status = "passed")
    {
        var check = (Effect.RunCheck)State.InFlight[KeyOf<Effect.RunCheck>(task)].Effect;
        return Settled<Effect.RunCheck>(
            new EffectResult.Checked(new CheckResult(check.Check, check.Tree, status, 0, "", 1), Proof(task, "check")), task);
    }

    internal GivenRun Merged(string task) => Settled<Effect.Merge>(new EffectResult.Merged(Commit(), Tree()), task);

    internal GivenRun Maintained(string task, Verdict verdict) =>
        Settled<Effect.RunTurn>(Done(verdict, null) with { Text = "What I miss." }, task);

    /// <summary>The evidence of a spec maintainer's turn; a commit of its own when it updated.</summary>
    internal GivenRun SpecCollected(string task)
    {
        var collect = (Effect.CollectSpec)State.InFlight[KeyOf<Effect.CollectSpec>(task)].Effect;
        return Settled<Effect.CollectSpec>(
            new EffectResult.SpecCollected(
                collect.Verdict == Verdict.Updated ? Commit() : collect.From, Tree(), collect.Verdict, Proof(task, "maintain-spec")),
            task);
    }

    internal GivenRun SpecRejected(string task) => Settled<Effect.CollectSpec>(
        new EffectResult.Rejected([new Finding("spec-out-of-bounds", "It changed README.md.")]), task);

    internal GivenRun Conflicted(string task) => Settled<Effect.Merge>(new EffectResult.Conflicted(["README.md"]), task);

    internal GivenRun Published(string task) => Settled<Effect.Publish>(
        new EffectResult.Published(((Effect.Publish)State.InFlight[KeyOf<Effect.Publish>(task)].Effect).Commit, Proof(task, "merge")), task);

    internal GivenRun Retired(string task) => Settled<Effect.Retire>(new EffectResult.Retired(null, null), task);

    internal GivenRun Closed() => Settled<Effect.CloseRun>(new EffectResult.Closed([]));

    /// <summary>All the way from the builder's turn to the run branch.</summary>
    internal GivenRun Integrated(string task) =>
        Built(task).Collected(task).Checked(task).Merged(task).Checked(task).Published(task);

    private static EffectResult.TurnDone Done(Verdict? verdict, string? noChange) =>
        new(new("P000000000001"), verdict, noChange, "", "", Usage.Unknown);

    private CommitId Commit() => new($"{++made:x40}");

    private TreeId Tree() => new($"{++made:x40}");

    internal Receipt ProofOf(string task) => Proof(task, "implement");

    private Receipt Proof(string task, string step) => new(
        Id, State.Plan.Mission.Id, new(task), 1, 1, 1, step, new("ik:" + new string('0', 64)), null, null, null, GivenPlan.Base, null,
        [], [], null, "checked", Usage.Unknown, Noon, Noon);
}
