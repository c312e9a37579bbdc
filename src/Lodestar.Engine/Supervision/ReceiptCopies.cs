using Lodestar.Core;
using Lodestar.Core.Runs;
using Lodestar.Core.Supervision;

namespace Lodestar.Engine.Supervision;

/// <summary>Looks through the copies of a run's receipts before the run goes on.</summary>
/// <param name="runFolder">The run's folder.</param>
/// <param name="run">The run.</param>
internal sealed class ReceiptCopies(string runFolder, RunId run)
{
    private const int MostNamed = 3;

    /// <summary>More findings than this would bury the others; then one tells how many.</summary>
    private const int MostTold = 20;

    /// <summary>What is to be recorded about copies that are gone, or the refusal when one was altered: proof that does not
    /// say what the ledger says is shown to somebody before it is replaced.</summary>
    internal ReceiptsLookedAt Look(IReadOnlyList<(long Seq, Receipt Receipt)> proofs, string exportPath)
    {
        // Only what the export tells of was ever written: receipts come before the line.
        var exported = new Lazy<long>(() => LinesOf(exportPath));
        var missing = new List<Receipt>();
        var altered = new List<string>();
        var broken = new List<ReceiptFile>();
        foreach (var (seq, file, copy) in Broken(proofs))
        {
            broken.Add(file);
            if (copy == ReceiptCopy.Altered)
                altered.Add(file.FullPath);
            else if (copy == ReceiptCopy.Missing && seq <= exported.Value)
                missing.Add(file.Receipt);
        }

        if (altered.Count > 0)
            return new([], Refuse(altered), broken);
        return new(missing.Count > MostTold ? [AllGone(missing.Count)] : [.. missing.Select(Gone)], null, broken);
    }

    /// <summary>Those copies that are not what they should be, in the order of the ledger. A long run has thousands, and looking
    /// at one is mostly the making of what it should be: all processors look.</summary>
    private IEnumerable<(long Seq, ReceiptFile File, ReceiptCopy Copy)> Broken(IReadOnlyList<(long Seq, Receipt Receipt)> proofs)
    {
        var found = new (long, ReceiptFile, ReceiptCopy)?[proofs.Count];
        Parallel.For(0, proofs.Count, index =>
        {
            var file = new ReceiptFile(runFolder, proofs[index].Receipt);
            if (file.Look() is not ReceiptCopy.Whole and var copy)
                found[index] = (proofs[index].Seq, file, copy);
        });
        return found.OfType<(long, ReceiptFile, ReceiptCopy)>();
    }

    private static RunEvent Gone(Receipt receipt) => new RunEvent.FindingRaised(
        receipt.TaskId,
        receipt.Attempt,
        new Finding("receipt-missing", $"Receipt step-{receipt.Number} of task {receipt.TaskId} was gone and was written again from the ledger."));

    private static RunEvent AllGone(int count) => new RunEvent.FindingRaised(
        null, null, new Finding("receipt-missing", $"{count} receipts were gone and were written again from the ledger."));

    private Refusal Refuse(IReadOnlyList<string> altered) => new(
        "receipt-altered",
        $"{altered.Count} of the receipts of run {run} do not say what its ledger says: {string.Join(", ", altered.Take(MostNamed))}.",
        $"See lodestar run receipts {run}, move the altered files elsewhere, then: lodestar resume {run}")
    {
        Details = new() { ["receipts"] = new System.Text.Json.Nodes.JsonArray([.. altered.Take(100).Select(path => (System.Text.Json.Nodes.JsonNode)path)]) },
    };

    private static long LinesOf(string path)
    {
        if (!File.Exists(path))
            return 0;
        using var file = Storage.EvidenceFile.OpenRead(path);
        var buffer = new byte[256 * 1024];
        long lines = 0;
        for (var count = file.Read(buffer); count > 0; count = file.Read(buffer))
            lines += buffer.AsSpan(0, count).Count((byte)'\n');
        return lines;
    }
}

/// <summary>What a look at the copies of receipts found.</summary>
/// <param name="Findings">What is to be recorded.</param>
/// <param name="Refusal">Why the run does not go on; null when it does.</param>
/// <param name="Broken">Copies to be written again.</param>
internal sealed record ReceiptsLookedAt(IReadOnlyList<RunEvent> Findings, Refusal? Refusal, IReadOnlyList<ReceiptFile> Broken);
