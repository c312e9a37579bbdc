using System.Collections.Immutable;
using Lodestar.Core;
using Lodestar.Core.Context;
using Lodestar.Core.Runs;
using Lodestar.Core.Supervision;
using Lodestar.Engine.Git;
using Lodestar.Engine.Runs;
using Lodestar.Engine.Storage;
using Lodestar.Engine.Supervision;

namespace Lodestar.Engine.Operations;

/// <summary>Lists the receipts of a run and holds each against the world: its key against the recorded inputs, its files
/// against the commit, its commit against the references that keep it, its copy on disk against the ledger. Writes nothing.</summary>
/// <param name="Run">The run; null for the active or newest one.</param>
/// <param name="Task">Only the receipts of this task.</param>
public sealed record ReadReceipts(RunId? Run, TaskId? Task)
{
    /// <summary>Reads and verifies.</summary>
    public async Task<Outcome<RunReceipts>> ExecuteAsync(RunDesk desk, CancellationToken cancellation)
    {
        var chosen = RunSelector.ForQuery(await desk.RowsAsync(cancellation), Run);
        if (chosen.Data is not { } row)
            return chosen.Refusal!;
        var ledger = await desk.Session.Store.ReadAsync(view => view.Ledger(row), cancellation);
        var state = RunFold.All(row.Id, ledger);
        if (Task is { } task && !state.Tasks.ContainsKey(task))
            return new Refusal("task-unknown", $"Run {row.Id} has no task {task}.", $"lodestar run show {row.Id}");

        await using var repository = await desk.RepositoryAsync(cancellation);
        var proof = await ReceiptProof.OpenAsync(repository, state, ledger, cancellation);
        var told = ImmutableArray.CreateBuilder<ReceiptView>();
        foreach (var receipt in ledger.Select(entry => (entry.Event as RunEvent.EffectSettled)?.Result.Proof).OfType<Receipt>())
        {
            if (Task is not null && receipt.TaskId != Task)
                continue;
            var file = new ReceiptFile(RunFolder.PathOf(desk.StateFolder, row.Id), receipt);
            var problems = await proof.ProblemsAsync(receipt, cancellation);
            if (Copy(file) is { } differs)
                problems.Add(differs);
            told.Add(new ReceiptView(receipt, Path.GetRelativePath(desk.StateFolder, file.FullPath), problems.Count == 0, [.. problems]));
        }

        return Result(row.Id, told.ToImmutable());
    }

    private static Outcome<RunReceipts> Result(RunId run, ImmutableArray<ReceiptView> receipts)
    {
        var broken = receipts.Where(receipt => !receipt.Holds).ToArray();
        var data = new RunReceipts(run, receipts.Length, broken.Length, receipts);
        return broken.Length == 0
            ? data
            : Outcome<RunReceipts>.Unhealthy(data, new Refusal(
                "receipts-broken",
                $"{broken.Length} of {receipts.Length} receipts of run {run} do not hold; the first is step-{broken[0].Receipt.Number} of task {broken[0].Receipt.TaskId}: {broken[0].Problems[0].Message}",
                $"lodestar run explain {ShellWord.Quote(broken[0].Receipt.TaskId.Value)} --run {run}"));
    }

    private static Finding? Copy(ReceiptFile file) => file.Look() switch
    {
        ReceiptCopy.Whole => null,
        ReceiptCopy.Missing => new Finding("copy-missing", $"{file.FullPath} is not there; resuming the run writes it again."),
        ReceiptCopy.Torn => new Finding("copy-torn", $"{file.FullPath} holds only its beginning; resuming the run writes it again."),
        ReceiptCopy.Altered => new Finding("copy-altered", $"{file.FullPath} does not say what the ledger says."),
        var other => throw new InvalidOperationException($"{other} is no state of a copy."),
    };
}

/// <summary>The receipts of a run, or of one task in it.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Total">How many there are.</param>
/// <param name="Broken">How many do not hold.</param>
/// <param name="Receipts">Each with what was found.</param>
public sealed record RunReceipts(RunId RunId, int Total, int Broken, ImmutableArray<ReceiptView> Receipts);

/// <summary>One receipt, verified.</summary>
/// <param name="Receipt">What the ledger holds.</param>
/// <param name="File">Path of its copy below <c>.lodestar</c>.</param>
/// <param name="Holds">Whether everything it says was found to be so.</param>
/// <param name="Problems">What was not.</param>
public sealed record ReceiptView(Receipt Receipt, string File, bool Holds, ImmutableArray<Finding> Problems);
