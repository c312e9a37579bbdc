using System.Text.Json;
using System.Threading.Channels;
using Lodestar.Core;
using Lodestar.Engine.Storage;

namespace Lodestar.Engine.Processes;

/// <summary>Where a host writes: the audit copy on disk and the pipe to its engine. Both are bounded, and what they leave
/// out is said.</summary>
internal sealed class HostRecord : IAsyncDisposable
{
    /// <summary>The audit copy.</summary>
    internal const string EventsFile = "events.ndjson";

    /// <summary>The last word of a host.</summary>
    internal const string ReportFile = "report.json";

    private const long FileLimit = 8 * 1024 * 1024;
    private const int QueueLimit = 2048;
    private static readonly TimeSpan EngineLimit = TimeSpan.FromSeconds(2);

    private readonly string directory;
    private readonly Stream engine;
    private readonly FileStream file;
    private readonly Channel<HostMessage> queue = Channel.CreateBounded<HostMessage>(QueueLimit);
    private readonly Task sending;
    private readonly Lock gate = new();
    private long sequence;
    private long written;
    private long unwritten;
    private long unsent;

    internal HostRecord(string directory, Stream engine)
    {
        this.directory = directory;
        this.engine = engine;
        PrivateFile.CreateFolder(directory);
        // A name of its own per incarnation is the caller's promise; a repeated order must not join two stories.
        file = PrivateFile.Open(Path.Combine(directory, EventsFile), FileMode.Create, FileShare.Read);
        sending = SendAsync();
    }

    /// <summary>Records an event and passes it on. Never waits: a slow engine must not stop the program.</summary>
    internal void Add(AgentEvent happened)
    {
        lock (gate)
        {
            sequence++;
            if (unsent > 0 && queue.Writer.TryWrite(new HostMessage(Event: Dropped(unsent))))
                unsent = 0;
            if (!queue.Writer.TryWrite(new HostMessage(Event: happened)))
                unsent++;

            if (!TryWrite(happened))
                unwritten++;
        }
    }

    /// <summary>Tells the engine that the program runs.</summary>
    internal void Started(StartedProgram started) => queue.Writer.TryWrite(new HostMessage(Started: started));

    /// <summary>Writes the report and tells it to the engine. Nothing may be recorded afterwards.</summary>
    internal async Task FinishAsync(ExitReport report)
    {
        lock (gate)
        {
            if (unsent > 0)
                queue.Writer.TryWrite(new HostMessage(Event: Dropped(unsent)));
            if (unwritten > 0)
            {
                var last = Dropped(unwritten);
                (sequence, unwritten) = (sequence + 1, 0);
                TryWrite(last, FileLimit + 1024);
            }
        }

        try
        {
            file.Flush(flushToDisk: true);
            PrivateFile.Replace(
                Path.Combine(directory, ReportFile), JsonSerializer.SerializeToUtf8Bytes(report, HostJson.Default.ExitReport));
        }
        catch (IOException failure)
        {
            // The engine still hears of the end; only an engine that dies now would not.
            report = report with { Problem = $"{report.Problem} Its report could not be written: {failure.Message}".Trim() };
        }

        using var limit = new CancellationTokenSource(EngineLimit);
        try
        {
            await queue.Writer.WriteAsync(new HostMessage(Report: report), limit.Token);
            queue.Writer.Complete();
            await sending.WaitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            // The engine hangs or is gone. The report is on disk, where it will look.
        }
    }

    /// <summary>Reads the report a host left; null when it left none.</summary>
    internal static async Task<ExitReport?> ReadReportAsync(ProcessId process, string directory, CancellationToken cancellation)
    {
        var path = Path.Combine(directory, ReportFile);
        if (!File.Exists(path))
            return null;
        var report = JsonSerializer.Deserialize(await File.ReadAllBytesAsync(path, cancellation), HostJson.Default.ExitReport);
        return report?.Process == process ? report : null;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        queue.Writer.TryComplete();
        await file.DisposeAsync();
    }

    // False when the file is full, or the disk is: the program goes on, and what is missing is counted.
    private bool TryWrite(AgentEvent happened, long limit = FileLimit)
    {
        var line = JsonSerializer.SerializeToUtf8Bytes(
            new LoggedEvent(sequence, DateTimeOffset.UtcNow, happened.Kind, happened.Text), HostJson.Default.LoggedEvent);
        if (unwritten > 0 || written + line.Length + 1 > limit)
            return false;
        try
        {
            file.Write((byte[])[.. line, (byte)'\n']);
            written += line.Length + 1;
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static AgentEvent Dropped(long count) => new("dropped", $"{count} events were too many to keep.");

    private async Task SendAsync()
    {
        try
        {
            await foreach (var message in queue.Reader.ReadAllAsync())
            {
                await engine.WriteAsync((byte[])[.. JsonSerializer.SerializeToUtf8Bytes(message, HostJson.Default.HostMessage), (byte)'\n']);
                await engine.FlushAsync();
            }
        }
        catch (IOException)
        {
            // The engine is gone. Its end of the other pipe says so too, and that one ends the program.
            await foreach (var _ in queue.Reader.ReadAllAsync())
            {
            }
        }
    }
}
