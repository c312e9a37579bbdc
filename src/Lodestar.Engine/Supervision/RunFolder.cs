using System.Text;
using System.Text.Json;
using Lodestar.Core;
using Lodestar.Core.Runs;
using Lodestar.Core.Supervision;
using Lodestar.Engine.Storage;

namespace Lodestar.Engine.Supervision;

/// <summary>The run's folder <c>.lodestar/runs/&lt;run&gt;/</c>. Everything in it but what hosts write follows from the ledger in the
/// store; it may lag and is filled up when an engine takes the run over.</summary>
/// <remarks>Copies are written without waiting for the disk: the store is what promises hold by.</remarks>
public sealed class RunFolder : IRunFolder, IDisposable
{
    private readonly string folder;
    private readonly RunId run;
    private FileStream? ledger;
    private string hash = LedgerLine.NoHash;
    private long written;

    /// <summary>Opens the folder, making it when it is not there.</summary>
    /// <param name="root">The project's <c>.lodestar</c> folder.</param>
    /// <param name="run">The run.</param>
    public RunFolder(string root, RunId run)
    {
        this.run = run;
        folder = Path.Combine(root, "runs", run.Value);
        Directory.CreateDirectory(folder);
    }

    /// <summary>Where the copy of a run's ledger is.</summary>
    /// <param name="root">The project's <c>.lodestar</c> folder.</param>
    /// <param name="run">The run.</param>
    public static string LedgerPath(string root, RunId run) => Path.Combine(root, "runs", run.Value, "ledger.ndjson");

    /// <summary>Absolute path of the folder.</summary>
    public string FullPath => folder;

    /// <inheritdoc/>
    public string ProcessFolder(ProcessId process) => Path.Combine(folder, "agents", process.Value);

    /// <inheritdoc/>
    public async Task<string> WriteBriefingAsync(
        ProcessId process, string text, string json, CancellationToken cancellation)
    {
        var place = ProcessFolder(process);
        Directory.CreateDirectory(place);
        var file = Path.Combine(place, "briefing.md");
        await File.WriteAllTextAsync(file, text, cancellation);
        await File.WriteAllTextAsync(Path.Combine(place, "briefing.json"), json, cancellation);
        return file;
    }

    /// <summary>True when plan and snapshot were written, both and whole.</summary>
    public bool HasPlan => File.Exists(PlanPath);

    private string PlanPath => Path.Combine(folder, "plan.json");

    /// <summary>Writes the frozen plan and the snapshot's manifest, once; the plan last, so that it vouches for both.</summary>
    public void WritePlan(RunPlan plan, SnapshotManifest snapshot)
    {
        AtomicFile.WriteText(
            Path.Combine(folder, "snapshot.json"), JsonSerializer.Serialize(snapshot, PlanJson.Default.SnapshotManifest) + "\n");
        AtomicFile.WriteText(PlanPath, JsonSerializer.Serialize(plan, PlanJson.Default.RunPlan) + "\n");
    }

    /// <summary>Writes the copies anew from the whole ledger.</summary>
    public void Refill(IReadOnlyList<LedgerEntry> recorded, RunState state)
    {
        ledger?.Dispose();
        ledger = null;
        File.Delete(Path.Combine(folder, "ledger.ndjson"));
        hash = LedgerLine.NoHash;
        written = 0;
        Publish(recorded, state);
    }

    /// <inheritdoc/>
    public void Publish(IReadOnlyList<LedgerEntry> recorded, RunState state)
    {
        if (recorded.Count == 0 || recorded[0].Seq != written + 1)
            throw new InvalidOperationException($"The copy of the ledger ends at {written}; {recorded[0].Seq} does not follow.");

        ledger ??= new FileStream(
            Path.Combine(folder, "ledger.ndjson"), FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
        var text = new StringBuilder();
        foreach (var item in recorded)
        {
            var line = LedgerLine.Write(run, item, hash);
            hash = LedgerLine.HashOf(line);
            text.Append(line).Append('\n');
            if (item.Event is RunEvent.EffectSettled { Result: var result } && ReceiptOf(result) is { } receipt)
                WriteReceipt(receipt);
        }

        written = recorded[^1].Seq;
        ledger.Write(Encoding.UTF8.GetBytes(text.ToString()));
        ledger.Flush();
        if (recorded.Any(item => item.Event is RunEvent.TaskIntegrated or RunEvent.TaskFailed or RunEvent.RunPaused
            or RunEvent.RunEnded or RunEvent.EngineAttached))
            WriteView(state);
    }

    /// <inheritdoc/>
    public void Dispose() => ledger?.Dispose();

    private void WriteReceipt(Receipt receipt)
    {
        var place = Path.Combine(folder, "receipts", RefName.Escape(receipt.TaskId));
        Directory.CreateDirectory(place);
        File.WriteAllText(
            Path.Combine(place, $"step-{receipt.Number}.json"),
            JsonSerializer.Serialize(receipt, PlanJson.Default.Receipt) + "\n");
    }

    /// <summary>A view of the fold for people and scripts, replaced whole.</summary>
    private void WriteView(RunState state)
    {
        var temporary = Path.Combine(folder, ".run.json.tmp");
        File.WriteAllText(temporary, JsonSerializer.Serialize(RunView.Of(state), RunViewJson.Default.RunView) + "\n");
        File.Move(temporary, Path.Combine(folder, "run.json"), overwrite: true);
    }

    private static Receipt? ReceiptOf(EffectResult result) => result switch
    {
        EffectResult.TurnDone done => done.Receipt,
        EffectResult.Collected collected => collected.Receipt,
        EffectResult.Checked done => done.Receipt,
        EffectResult.Published published => published.Receipt,
        _ => null,
    };
}
