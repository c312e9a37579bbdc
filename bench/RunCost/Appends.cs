using System.Diagnostics;
using System.Globalization;
using Lodestar.Core;
using Lodestar.Core.Context;
using Lodestar.Core.Planes;
using Lodestar.Core.Runs;
using Lodestar.Engine;
using Lodestar.Engine.Operations;
using Lodestar.Engine.Processes;
using Lodestar.Engine.Storage;
using Lodestar.Engine.Supervision;

namespace RunCost;

/// <summary>What it costs to put events into the ledger for good, beside the same bytes appended to a file and flushed to disk.</summary>
internal static class Appends
{
    public static async Task MeasureAsync(string directory, RunId finished, int appends)
    {
        using var session = EngineSession.Open(directory, new SessionWorld(new SystemClock(), new IdSource(), _ => null)).Data!;
        var project = (await session.QueryAsync(view => Outcome<object>.Done(view.Project), CancellationToken.None)).Data!;
        var runs = new StoredRuns(session.Store, (ProjectId)project, new ProcessIdentity(Environment.ProcessId, 1, "bench", "bench"), _ => Liveness.Dead);
        var recorded = await runs.LoadAsync(finished, CancellationToken.None);
        var plan = ((RunEvent.RunStarted)recorded[0].Event).Plan;
        var intended = recorded.First(item => item.Event is RunEvent.EffectIntended).Event;
        var run = session.Ids.Run(session.Clock.GetUtcNow());
        await runs.CreateAsync(run, plan, "bench", CancellationToken.None);
        var fence = await runs.AttachAsync(run, CancellationToken.None);
        var seq = 1L;

        await using var file = new FileStream(Path.Combine(directory, "raw.ndjson"), FileMode.Create, FileAccess.Write, FileShare.Read, 0);
        Console.WriteLine("events in one append: ms, raw then ledger (median, 95th percentile), ratio of medians, events/s");
        foreach (var together in new[] { 1, 10, 100, 1000 })
        {
            List<double> raw = [], ledger = [];
            for (var round = 0; round < Math.Max(20, appends / together); round++)
            {
                var events = Enumerable.Range(1, together)
                    .Select(offset => new LedgerEntry(seq + offset, session.Clock.GetUtcNow(), "engine", intended)).ToArray();
                var lines = new MemoryStream();
                foreach (var item in events)
                {
                    lines.Write(LedgerLine.Bytes(run, item, LedgerLine.NoHash));
                    lines.WriteByte((byte)'\n');
                }

                var since = Stopwatch.GetTimestamp();
                file.Write(lines.GetBuffer().AsSpan(0, (int)lines.Length));
                file.Flush(flushToDisk: true);
                raw.Add(Stopwatch.GetElapsedTime(since).TotalMilliseconds);

                since = Stopwatch.GetTimestamp();
                await runs.AppendAsync(run, fence, new RunBatch(events, null, []), CancellationToken.None);
                ledger.Add(Stopwatch.GetElapsedTime(since).TotalMilliseconds);
                seq += together;
            }

            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{together,6} {Figures.Quantile(raw, 0.5),8:0.00} {Figures.Quantile(raw, 0.95),8:0.00} {Figures.Quantile(ledger, 0.5),8:0.00} {Figures.Quantile(ledger, 0.95),8:0.00} {Figures.Quantile(ledger, 0.5) / Figures.Quantile(raw, 0.5),8:0.00} {1000 * together / Figures.Quantile(ledger, 0.5),10:0}"));
        }
    }
}
