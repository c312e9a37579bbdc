using Lodestar.Core.Runs;

namespace Lodestar.TestKit.World;

/// <summary>What happened in a world: the last of it for people, a digest of all of it, and what kinds of things did.</summary>
/// <param name="schedule">The world's clock.</param>
internal sealed class WorldStory(WorldSchedule schedule)
{
    private const int Told = 250;
    private const ulong DigestStart = 14695981039346656037;
    private const ulong DigestFactor = 1099511628211;

    private readonly Queue<(DateTimeOffset At, object What)> last = new();

    /// <summary>Stands for everything that happened (FNV-1a: it need not withstand anybody, and millions of lines pass it).</summary>
    internal ulong Digest { get; private set; } = DigestStart;

    internal SortedDictionary<string, int> Marks { get; } = new(StringComparer.Ordinal);

    /// <summary>The last of what happened. Most worlds are never asked, so words are made here.</summary>
    internal string Text => string.Join('\n', last.Select(item => $"{(item.At - TestClock.Noon).TotalSeconds:0.000} "
        + (item.What is LedgerEntry entry ? $"  {entry.Seq} {Brief(entry.Event)}" : item.What)));

    internal void Note(string line)
    {
        Keep(line);
        Add(line);
    }

    /// <summary>Entries of the ledger, and the hash that stands for them.</summary>
    internal void Note(IReadOnlyList<LedgerEntry> batch, string hash)
    {
        foreach (var item in batch)
        {
            Keep(item);
            Mark(KindOf(item.Event));
        }

        Add(hash);
    }

    internal void Mark(string kind) => Marks[kind] = Marks.GetValueOrDefault(kind) + 1;

    private void Keep(object what)
    {
        last.Enqueue((schedule.Now, what));
        if (last.Count > Told)
            last.Dequeue();
    }

    private void Add(string line)
    {
        var digest = (Digest ^ (ulong)schedule.Now.Ticks) * DigestFactor;
        foreach (var letter in line)
            digest = (digest ^ letter) * DigestFactor;
        Digest = digest;
    }

    private static string KindOf(RunEvent happened) => happened switch
    {
        RunEvent.EffectSettled settled => $"settled {settled.Result.GetType().Name}",
        RunEvent.AttemptEnded ended => $"attempt {ended.Code}",
        RunEvent.TaskFailed failed => $"failed {failed.Code}",
        RunEvent.ProcessEnded ended => $"process {ended.Status}",
        RunEvent.RunPaused paused => $"paused {paused.Code}",
        RunEvent.RunEnded ended => $"ended {ended.Outcome}",
        RunEvent.FindingRaised raised => $"finding {raised.Finding.Code}",
        _ => happened.GetType().Name,
    };

    private static string Brief(RunEvent happened) => happened switch
    {
        RunEvent.RunStarted => "run-started",
        RunEvent.EffectIntended intended => $"intended {intended.Key.Value[3..9]} {intended.Effect}",
        RunEvent.EffectSettled settled => $"settled {settled.Key.Value[3..9]} {Shortened(settled.Result)}",
        RunEvent.ProcessSpawning spawning => $"spawning {spawning.Process} {spawning.Role} {spawning.Task}.{spawning.Attempt} {spawning.Key.Value[3..9]}",
        _ => happened.ToString(),
    };

    private static string Shortened(object result) => result.ToString() is { Length: > 200 } text ? text[..200] : result.ToString()!;
}
