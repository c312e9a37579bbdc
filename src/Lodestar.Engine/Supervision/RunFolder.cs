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
    /// <summary>Lines of more bytes than this are written in pieces.</summary>
    private const int MostAtOnce = 1024 * 1024;

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

    private string LedgerFilePath => Path.Combine(folder, "ledger.ndjson");

    private string PlanPath => Path.Combine(folder, "plan.json");

    /// <summary>Writes the frozen plan and the snapshot's manifest, once; the plan last, so that it vouches for both.</summary>
    public void WritePlan(RunPlan plan, SnapshotManifest snapshot)
    {
        PrivateFile.Replace(
            Path.Combine(folder, "snapshot.json"), Encoding.UTF8.GetBytes(JsonSerializer.Serialize(snapshot, PlanJson.Default.SnapshotManifest) + "\n"));
        PrivateFile.Replace(PlanPath, Encoding.UTF8.GetBytes(JsonSerializer.Serialize(plan, PlanJson.Default.RunPlan) + "\n"));
    }

    /// <summary>Brings the copies up to the whole ledger.</summary>
    /// <param name="taken">The run, and what of the ledger's copy is right already; the rest of it is written anew.</param>
    /// <param name="receipts">Copies of receipts that are not there or not right.</param>
    /// <param name="linesAfter">Some lines of the store that follow a sequence number: a copy is made of them as they are, not of what
    /// this version would write.</param>
    internal async Task RefillAsync(
        RunTakenUp taken, IReadOnlyList<ReceiptFile> receipts, Func<long, Task<IReadOnlyList<string>>> linesAfter)
    {
        var copy = taken.Copy;
        foreach (var receipt in receipts)
            Write(receipt);
        ledger?.Dispose();
        ledger = null;
        if (copy.Lines == 0)
            File.Delete(LedgerFilePath);
        else
            CutLedger(copy.Bytes);
        (hash, written) = (copy.LastHash, copy.Lines);
        while (written < taken.State.Seq)
            Append(await linesAfter(written));
        WriteView(taken.State);
    }

    /// <inheritdoc/>
    public void Publish(IReadOnlyList<LedgerEntry> recorded, RunState state)
    {
        if (recorded.Count == 0 || recorded[0].Seq != written + 1)
            throw new InvalidOperationException($"The copy of the ledger ends at {written}; {recorded[0].Seq} does not follow.");

        var file = OpenLedger();
        using var lines = new MemoryStream();
        foreach (var item in recorded)
        {
            if (item.Event is RunEvent.EffectSettled { Result.Proof: { } proof } && new ReceiptFile(folder, proof) is var receipt
                && receipt.Look() != ReceiptCopy.Whole)
                Write(receipt);
            var line = LedgerLine.Bytes(run, item, hash);
            hash = Sha256Text.Of(line);
            lines.Write(line);
            lines.WriteByte((byte)'\n');
            if (lines.Length > MostAtOnce)
                Flush(lines, file);
        }

        Flush(lines, file);
        written = recorded[^1].Seq;
        if (recorded.Any(item => item.Event is RunEvent.TaskIntegrated or RunEvent.TaskFailed or RunEvent.RunPaused
            or RunEvent.RunEnded or RunEvent.EngineAttached))
            WriteView(state);
    }

    /// <inheritdoc/>
    public void Dispose() => ledger?.Dispose();

    private void Append(IReadOnlyList<string> lines)
    {
        if (lines.Count == 0)
            throw new InvalidOperationException($"The ledger of {run} ends at {written}, before its last line.");
        OpenLedger().Write(Encoding.UTF8.GetBytes(string.Concat(lines.Select(line => line + "\n"))));
        hash = LedgerLine.HashOf(lines[^1]);
        written += lines.Count;
    }

    private FileStream OpenLedger() =>
        ledger ??= PrivateFile.Open(LedgerFilePath, FileMode.Append, FileShare.ReadWrite | FileShare.Delete);

    private static void Write(ReceiptFile receipt)
    {
        PrivateFile.CreateFolder(Path.GetDirectoryName(receipt.FullPath)!);
        using var file = PrivateFile.Open(receipt.FullPath, FileMode.Create, FileShare.Read);
        file.Write(receipt.Content);
    }

    private static void Flush(MemoryStream lines, FileStream ledger)
    {
        lines.WriteTo(ledger);
        lines.SetLength(0);
    }

    /// <summary>Takes away what follows the lines that are right: what a crash tore, or somebody changed.</summary>
    private void CutLedger(long length)
    {
        using var file = PrivateFile.Open(LedgerFilePath, FileMode.OpenOrCreate, FileShare.ReadWrite | FileShare.Delete);
        if (file.Length > length)
            file.SetLength(length);
    }

    /// <summary>A view of the fold for people and scripts, replaced whole.</summary>
    private void WriteView(RunState state)
    {
        var temporary = Path.Combine(folder, ".run.json.tmp");
        PrivateFile.WriteText(temporary, JsonSerializer.Serialize(RunView.Of(state), RunViewJson.Default.RunView) + "\n");
        File.Move(temporary, Path.Combine(folder, "run.json"), overwrite: true);
    }
}
