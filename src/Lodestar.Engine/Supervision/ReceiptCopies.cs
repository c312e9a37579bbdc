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
    internal (IReadOnlyList<RunEvent> Findings, Refusal? Refusal) Look(IReadOnlyList<LedgerEntry> ledger, string exportPath)
    {
        // Only what the export tells of was ever written: receipts come before the line.
        var exported = LinesOf(exportPath);
        var missing = new List<Receipt>();
        var altered = new List<string>();
        foreach (var entry in ledger)
        {
            if (entry.Event is not RunEvent.EffectSettled { Result.Proof: { } receipt })
                continue;
            var file = new ReceiptFile(runFolder, receipt);
            switch (file.Look())
            {
                case ReceiptCopy.Altered:
                    altered.Add(file.FullPath);
                    break;
                case ReceiptCopy.Missing when entry.Seq <= exported:
                    missing.Add(receipt);
                    break;
                default:
                    break;
            }
        }

        if (altered.Count > 0)
            return ([], Refuse(altered));
        return (missing.Count > MostTold ? [AllGone(missing.Count)] : [.. missing.Select(Gone)], null);
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
