using System.Collections.Immutable;
using Lodestar.Core;
using Lodestar.Core.Context;
using Lodestar.Core.Planes;
using Lodestar.Core.Runs;
using Lodestar.Core.Supervision;
using Lodestar.Engine.Processes;
using Lodestar.Engine.Storage;
using Lodestar.Engine.Supervision;
using Lodestar.TestKit;
using Lodestar.TestKit.World;

namespace Lodestar.Engine.Tests.Runs;

/// <summary>What the store makes of what an engine records, in one transaction.</summary>
public sealed class StoredRunsTests : IDisposable
{
    private static readonly RunId Run = new("run-20310514-120000-00000001");
    private static readonly TaskId Task = new("F1");
    private static readonly CommitId Root = new(new string('a', 40));
    private static readonly RunPlan Plan = Scenario.Simplest(Root).Plan;
    private static readonly TimeSpan Term = Plan.Policy.LeaseTtl.Value;

    private readonly PlaneProject project = new("  F1: {title: First}");

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_engine_that_slept_through_its_lease_begins_nothing_somebody_else_took(bool isTaken)
    {
        using var session = project.Open();
        var runs = Runs(session);
        await runs.CreateAsync(Run, Plan, "operator", default);
        var fence = await runs.AttachAsync(Run, default);
        var began = await runs.AppendAsync(Run, fence, RunBatch.Of(Entry(2, new RunEvent.AttemptStarted(Task, 1, 1, Root, null, null))), default);
        var started = Assert.IsType<RunEvent.AttemptStarted>(Assert.Single(began).Event);
        project.Clock.Advance(Term);
        if (isTaken)
            await session.Store.WriteAsync(
                tx =>
                {
                    var other = new AgentId("A0000000F");
                    tx.EnsureAgent(other, new AgentProfile("other", null, [], ImmutableSortedDictionary<string, string>.Empty));
                    return tx.GrantLease(Plan.ProjectId, Task, other, null, Plan.Tasks[0].DefinitionHash, Term);
                },
                default);

        var effect = new Effect.RunTurn(Task, 1, 1, 1, AgentRole.Builder, 1, Root, Root);
        var intended = new RunEvent.EffectIntended(effect.KeyFor(Run, Plan.SnapshotId), effect);
        var recorded = await runs.AppendAsync(
            Run, fence, new RunBatch([Entry(3, intended)], null, [new HeldLease(Task, 1, started.Lease!.Value, started.Fence!.Value)]), default);

        Assert.Equal(isTaken ? new RunEvent.LeaseLost(Task, 1) : intended, Assert.Single(recorded).Event);
    }

    [Fact]
    public async Task An_engine_that_was_replaced_records_nothing_not_even_an_answer()
    {
        using var session = project.Open();
        var runs = Runs(session);
        await runs.CreateAsync(Run, Plan, "operator", default);
        var old = await runs.AttachAsync(Run, default);
        await runs.AttachAsync(Run, default);

        await Assert.ThrowsAsync<EngineReplacedException>(() => runs.AppendAsync(Run, old, new RunBatch([], new RunAnswer(1, null), []), default));
        await Assert.ThrowsAsync<EngineReplacedException>(() => runs.AppendAsync(
            Run, old, RunBatch.Of(Entry(2, new RunEvent.PauseRequested("operator", "run-paused", "now"))), default));

        Assert.Single(await runs.LoadAsync(Run, default));
    }

    [Theory]
    [InlineData(Liveness.Alive, true)]
    [InlineData(Liveness.Unknown, true)]
    [InlineData(Liveness.Dead, false)]
    public async Task A_run_is_taken_over_only_when_its_engine_is_proven_dead(Liveness seen, bool isRefused)
    {
        using var session = project.Open();
        await Runs(session).CreateAsync(Run, Plan, "operator", default);
        var first = await Runs(session).AttachAsync(Run, default);

        var second = Runs(session, pid: 2, seen).AttachAsync(Run, default);

        if (isRefused)
            Assert.Equal("run-live", (await Assert.ThrowsAsync<RefusedException>(() => second)).Refusal.Code);
        else
            Assert.True(await second > first);
    }

    public void Dispose() => project.Dispose();

    private static StoredRuns Runs(EngineSession session, int pid = 1, Liveness others = Liveness.Dead) =>
        new(session.Store, Plan.ProjectId, new ProcessIdentity(pid, 1, "boot", "pidns"), _ => others);

    private LedgerEntry Entry(long seq, RunEvent happened) => new(seq, project.Clock.GetUtcNow(), "engine", happened);
}
