using Lodestar.Engine.Operations;

namespace Lodestar.Cli.Commands;

/// <summary>What people read about evidence.</summary>
internal static class EvidenceText
{
    /// <summary>A run as a ledger tells it.</summary>
    public static void Replay(Page page, ReplayedRun replayed)
    {
        RunText.Show(page, replayed.State);
        if (replayed.InFlight.Length > 0)
            page.Title("Under way").Bullets(replayed.InFlight.Select(effect =>
                $"{(effect.TaskId is { } task ? $"{task}: " : "")}{effect.Kind}, intended at {effect.IntendedSeq}"));
        page.Line($"Sequence {replayed.Seq} of {replayed.LastSeq}, {replayed.At:yyyy-MM-dd HH:mm:ss} UTC", Ink.Dim);
    }

    /// <summary>A run that was restored.</summary>
    public static void Imported(Page page, ImportedRun imported) =>
        page.Line($"Run {imported.RunId} is restored from {imported.Lines} ledger lines and is {imported.Status}.");
}
