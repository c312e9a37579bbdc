using System.Text;
using System.Text.Json;
using Lodestar.Core;
using Lodestar.Core.Runs;
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
        folder = PathOf(root, run);
        PrivateFile.CreateFolder(folder);
    }

    /// <summary>Where the copy of a run's ledger is.</summary>
    /// <param name="root">The project's <c>.lodestar</c> folder.</param>
    /// <param name="run">The run.</param>
    public static string LedgerPath(string root, RunId run) => Path.Combine(PathOf(root, run), "ledger.ndjson");

    /// <summary>Where a run's folder is.</summary>
    /// <param name="root">The project's <c>.lodestar</c> folder.</param>
    /// <param name="run">The run.</param>
    public static string PathOf(string root, RunId run) => Path.Combine(root, "runs", run.Value);

    /// <summary>Absolute path of the folder.</summary>
    public string FullPath => folder;

    /// <inheritdoc/>
    public string ProcessFolder(ProcessId process) => Path.Combine(folder, "agents", process.Value);

    /// <inheritdoc/>
    public async Task<string> WriteBriefingAsync(
        ProcessId process, string text, string json, CancellationToken cancellation)
    {
        var place = ProcessFolder(process);
        PrivateFile.CreateFolder(place);
        var file = Path.Combine(place, "briefing.md");
        foreach (var (path, content) in new[] { (file, text), (Path.Combine(place, "briefing.json"), json) })
        {
            await using var stream = PrivateFile.Open(path, FileMode.Create, FileShare.Read);
            await stream.WriteAsync(Encoding.UTF8.GetBytes(content), cancellation);
        }

        return file;
    }

    /// <summary>True when plan and snapshot were written, both and whole.</summary>
    public bool HasPlan => File.Exists(PlanPath);

    private string PlanPath => Path.Combine(folder, "plan.json");

    /// <summary>Writes the frozen plan and the snapshot's manifest, once; the plan last, so that it vouches for both.</summary>
    public void WritePlan(RunPlan plan, SnapshotManifest snapshot)
    {
        PrivateFile.Replace(
            Path.Combine(folder, "snapshot.json"), Encoding.UTF8.GetBytes(JsonSerializer.Serialize(snapshot, PlanJson.Default.SnapshotManifest) + "\n"));
        PrivateFile.Replace(PlanPath, Encoding.UTF8.GetBytes(JsonSerializer.Serialize(plan, PlanJson.Default.RunPlan) + "\n"));
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

        ledger ??= PrivateFile.Open(Path.Combine(folder, "ledger.ndjson"), FileMode.Append, FileShare.ReadWrite | FileShare.Delete);
        var text = new StringBuilder();
        foreach (var item in recorded)
        {
            var line = LedgerLine.Write(run, item, hash);
            hash = LedgerLine.HashOf(line);
            text.Append(line).Append('\n');
            if (item.Event is RunEvent.EffectSettled { Result.Proof: { } receipt })
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
        var file = new ReceiptFile(folder, receipt);
        // What is there and whole is not written again: a resumed run has thousands.
        if (file.Look() == ReceiptCopy.Whole)
            return;
        PrivateFile.CreateFolder(Path.GetDirectoryName(file.FullPath)!);
        PrivateFile.WriteText(file.FullPath, file.Text);
    }

    /// <summary>A view of the fold for people and scripts, replaced whole.</summary>
    private void WriteView(RunState state)
    {
        var temporary = Path.Combine(folder, ".run.json.tmp");
        PrivateFile.WriteText(temporary, JsonSerializer.Serialize(RunView.Of(state), RunViewJson.Default.RunView) + "\n");
        File.Move(temporary, Path.Combine(folder, "run.json"), overwrite: true);
    }
}
