using System.Collections.Immutable;
using Lodestar.Core;
using Lodestar.Core.Context;
using Lodestar.Core.Policy;
using Lodestar.Core.Runs;
using Lodestar.Engine.Git;
using Lodestar.Engine.Runs;
using Lodestar.Engine.Storage;
using Lodestar.Engine.Supervision;

namespace Lodestar.Engine.Operations;

/// <summary>Brings a completed run into its base branch: the only verb that moves the user's branch. Its tasks become
/// verified in the project.</summary>
/// <param name="Run">The run; null for the only completed one that is not integrated.</param>
/// <param name="Strategy">How; null for the plan's.</param>
/// <param name="DryRun">Only say what would be done.</param>
public sealed record IntegrateRun(RunId? Run, MergeStrategy? Strategy, bool DryRun)
{
    /// <summary>Plans, gates, then applies.</summary>
    public async Task<Outcome<IntegratedRun>> ExecuteAsync(RunDesk desk, string actor, CancellationToken cancellation)
    {
        var chosen = RunSelector.ForChange(
            await desk.RowsAsync(cancellation),
            Run,
            "integrate",
            row => row is { Status: "completed", IntegratedCommit: null });
        if (chosen.Data is not { } row)
            return chosen.Refusal!;

        var runs = await desk.RunsAsync(cancellation);
        await using var repository = await desk.RepositoryAsync(cancellation);
        if (DryRun)
        {
            var state = await desk.Session.Store.ReadAsync(view => view.FoldLedger(row), cancellation);
            var planned = await PlanAsync(desk, repository, state, cancellation);
            return planned.Data is { } ready ? View(state, ready, "", isDone: false) : planned.Refusal!;
        }

        var fence = await runs.AttachAsync(row.Id, cancellation);
        try
        {
            var state = await runs.FoldAsync(row.Id, cancellation);
            var outcome = await ApplyAsync(
                desk, new Record(runs, row.Id, fence, actor, desk.Session.Clock), repository, state, cancellation);
            var path = RunFolder.LedgerPath(desk.StateFolder, row.Id);
            using var copy = new LedgerCopy(path);
            var taken = await runs.TakeUpAsync(row.Id, copy, cancellation);
            var receipts = new ReceiptCopies(RunFolder.PathOf(desk.StateFolder, row.Id), row.Id).Look(taken.Proofs, path);
            using var folder = new RunFolder(desk.StateFolder, row.Id);
            await folder.RefillAsync(taken, receipts.Broken, after => runs.LinesAsync(row.Id, after, cancellation));
            return outcome;
        }
        finally
        {
            await runs.DetachAsync(row.Id, fence, CancellationToken.None);
        }
    }

    private async Task<Outcome<IntegratedRun>> ApplyAsync(
        RunDesk desk, Record record, GitRepository repository, RunState state, CancellationToken cancellation)
    {
        if (state.Integrated is { } done)
            return Outcome<IntegratedRun>.Done(
                View(state, new Integration(done.Strategy, state.Plan.BaseCommit, done.Commit, []), "", isDone: true),
                warnings: [new Warning("already-integrated", $"Run {state.Run} is in {state.Plan.BaseBranch} already.")]);

        // An integration that was begun and not recorded is settled by looking: is the commit on the branch?
        var branch = RefName.Branch(state.Plan.BaseBranch);
        if (state.Integrating is { } begun
            && await repository.ResolveAsync(branch, cancellation) is { } now
            && await repository.ContainsAsync(begun.Commit, now, cancellation))
            return await SettleAsync(record, state, new Integration(begun.Strategy, begun.From, begun.Commit, []), "", cancellation);

        var planned = await PlanAsync(desk, repository, state, cancellation);
        if (planned.Data is not { } plan)
            return planned.Refusal!;
        var target = desk.BaseBranch(repository);
        if (await target.ObstacleAsync(state.Plan.BaseBranch, plan.From, plan.Commit, cancellation) is { } obstacle)
            return obstacle;
        if (plan.From != state.Plan.BaseCommit
            && await IntegrationChecks.RunAsync(desk, state, plan.Commit, cancellation) is { } failed)
            return failed;

        state = await record.AppendAsync(
            state, new RunEvent.IntegrationIntended(plan.Strategy, plan.From, plan.Commit), cancellation);
        desk.Reach(CrashLabel.Before("integrate"));
        var said = await target.AdvanceAsync(state.Plan.BaseBranch, plan.From, plan.Commit, cancellation);
        desk.Reach(CrashLabel.After("integrate"));
        return said is null
            ? Moved(state)
            : await SettleAsync(record, state, plan, said, cancellation);
    }

    /// <summary>Computes the commit the base branch goes to. Its date is the run's end, so that doing it twice gives one commit.</summary>
    private async Task<Outcome<Integration>> PlanAsync(
        RunDesk desk, GitRepository repository, RunState state, CancellationToken cancellation)
    {
        if (state.Outcome != RunOutcome.Completed)
            return new Refusal(
                "run-not-completed", $"Run {state.Run} is {RunDecider.Word(state)}.", $"lodestar run show {state.Run}");
        var strategy = Strategy ?? state.Plan.Policy.MergeStrategy.Value;
        var tip = await repository.ResolveAsync(RefName.Branch(state.Plan.BaseBranch), cancellation);
        if (tip is not { } from)
            return new Refusal("branch-unknown", $"There is no branch {state.Plan.BaseBranch}.", "git branch --list");
        if (await repository.ResolveAsync(RefName.Branch(RefName.RunBranch(state.Run)), cancellation) != state.Tip)
            return new Refusal(
                "run-branch-moved",
                $"Run branch {RefName.RunBranch(state.Run)} is not at {state.Tip}, where the ledger says.",
                $"lodestar run show {state.Run}");
        var changes = await repository.ChangesAsync(state.Plan.BaseCommit.Value, state.Tip.Value, cancellation);
        // A run that changed nothing, or whose work is there already, needs no commit to say so.
        if (await repository.ContainsAsync(state.Tip, from, cancellation))
            return new Integration(Word(strategy), from, from, changes);
        if (strategy == MergeStrategy.FastForward)
            return await repository.ContainsAsync(from, state.Tip, cancellation)
                ? new Integration(Word(strategy), from, state.Tip, changes)
                : Moved(state);

        var tree = await repository.ContainsAsync(from, state.Tip, cancellation)
            ? new MergeTree(await repository.TreeAsync(state.Tip, cancellation), [])
            : await MergeAsync(repository, from, state.Tip, cancellation);
        if (tree.Tree is not { } merged)
            return new Refusal(
                "integrate-conflict",
                $"Run {state.Run} conflicts with {state.Plan.BaseBranch} at {string.Join(", ", tree.Conflicts.Take(5))}.",
                $"Merge {RefName.RunBranch(state.Run)} by hand.");
        var isSquash = strategy == MergeStrategy.Squash;
        var commit = await repository.CommitTreeAsync(
            new CommitDraft(
                merged,
                isSquash ? [from] : [from, state.Tip],
                Message(state),
                await repository.IdentityAsync(cancellation),
                state.StoppedAt!.Value.ToUnixTimeSeconds()),
            cancellation);
        return new Integration(Word(strategy), from, commit, changes);
    }

    private static async Task<MergeTree> MergeAsync(
        GitRepository repository, CommitId from, CommitId tip, CancellationToken cancellation)
    {
        var merged = await repository.MergeTreeAsync(from, tip, cancellation);
        await repository.RemoveMergeWorktreeAsync(cancellation);
        return merged;
    }

    private static async Task<Outcome<IntegratedRun>> SettleAsync(
        Record record, RunState state, Integration plan, string said, CancellationToken cancellation)
    {
        state = await record.AppendAsync(state, new RunEvent.RunIntegrated(plan.Strategy, plan.Commit), cancellation);
        return Outcome<IntegratedRun>.Done(
            View(state, plan, said, isDone: true), [new("status", "lodestar status", "See where the project stands")]);
    }

    private static IntegratedRun View(RunState state, Integration plan, string said, bool isDone) => new(
        state.Run,
        state.Plan.BaseBranch,
        plan.Strategy,
        plan.From,
        plan.Commit,
        isDone,
        [.. state.Plan.Tasks.Select(task => task.Id).Where(id => state.Tasks[id].Status == TaskRunStatus.Integrated)],
        plan.Changes.Count,
        said.Trim());

    private static string Word(MergeStrategy strategy) => strategy switch
    {
        MergeStrategy.FastForward => "ff",
        MergeStrategy.Merge => "merge",
        MergeStrategy.Squash => "squash",
        _ => throw new InvalidOperationException($"Strategy {strategy} has no word."),
    };

    private static Refusal Moved(RunState state) => new(
        "base-moved",
        $"Branch {state.Plan.BaseBranch} has commits the run does not; it cannot be fast-forwarded.",
        $"lodestar run integrate {state.Run} --strategy merge");

    private static string Message(RunState state)
    {
        var done = state.Plan.Tasks.Where(task => state.Tasks[task.Id].Status == TaskRunStatus.Integrated).ToArray();
        var title = state.Plan.Mission.Slug == PlannedMission.ImplicitSlug
            ? $"Integrate {Quantity.Of(done.Length, "task")} of {state.Run}"
            : $"Integrate mission {state.Plan.Mission.Slug}";
        return $"{title}\n\n{string.Join('\n', done.Select(task => $"{task.Id}: {TextLine.Of(task.Title)}"))}\n\nLodestar-Run: {state.Run}\n";
    }

    /// <summary>What is to be done.</summary>
    private sealed record Integration(
        string Strategy, CommitId From, CommitId Commit, IReadOnlyList<PathChange> Changes);

    /// <summary>Appends to the ledger of a run nobody else drives.</summary>
    internal sealed record Record(IRunStore Runs, RunId Run, long Fence, string Actor, TimeProvider Clock)
    {
        internal async Task<RunState> AppendAsync(RunState state, RunEvent happened, CancellationToken cancellation)
        {
            var recorded = await Runs.AppendAsync(
                Run, Fence, RunBatch.Of(new LedgerEntry(state.Seq + 1, Clock.GetUtcNow(), Actor, happened)), cancellation);
            return recorded.Aggregate(state, RunFold.Next);
        }
    }
}

/// <summary>How a run was, or would be, brought into its base branch.</summary>
/// <param name="RunId">The run.</param>
/// <param name="BaseBranch">The branch.</param>
/// <param name="Strategy">ff, merge or squash.</param>
/// <param name="From">Where the branch was.</param>
/// <param name="Commit">Where it is or would be.</param>
/// <param name="Integrated">False for a dry run.</param>
/// <param name="Tasks">Tasks whose work it brings.</param>
/// <param name="FilesChanged">Paths the run changed.</param>
/// <param name="Output">What git and the repository's hooks said.</param>
public sealed record IntegratedRun(
    RunId RunId,
    string BaseBranch,
    string Strategy,
    CommitId From,
    CommitId Commit,
    bool Integrated,
    ImmutableArray<TaskId> Tasks,
    int FilesChanged,
    string Output);
