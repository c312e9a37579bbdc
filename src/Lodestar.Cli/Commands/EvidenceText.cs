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

    /// <summary>Receipts as a table, with what does not hold below.</summary>
    public static void Receipts(Page page, RunReceipts receipts)
    {
        page.Table(
            [new("TASK"), new("STEP"), new("WHAT"), new("ATTEMPT"), new("ROUND"), new("COMMIT"), new("FILES"), new("HOLDS", Ink: word => word == "yes" ? Ink.Green : Ink.Red)],
            receipts.Receipts.Select(one => new[]
            {
                one.Receipt.TaskId.Value,
                $"{one.Receipt.Number}",
                one.Receipt.Verdict is { } verdict ? $"{one.Receipt.Step}: {verdict.ToString().ToLowerInvariant()}" : one.Receipt.Step,
                $"{one.Receipt.Attempt}",
                $"{one.Receipt.Round}",
                one.Receipt.Commit?.Abbreviated ?? "",
                $"{one.Receipt.Artifacts.Length}",
                one.Holds ? "yes" : "no",
            }));
        foreach (var broken in receipts.Receipts.Where(one => !one.Holds))
            page.Title($"Step {broken.Receipt.Number} of task {broken.Receipt.TaskId}").Bullets(broken.Problems.Select(problem => $"{problem.Message} ({problem.Code})"));
        page.Line($"{receipts.Total - receipts.Broken} of {receipts.Total} receipts hold", Ink.Bold);
    }

    /// <summary>What is wrong with a file, as compilers say it.</summary>
    public static void Validated(Page page, ValidatedFile checkedFile)
    {
        foreach (var problem in checkedFile.Problems)
            page.Line($"{checkedFile.File}:{problem.Line}:{problem.Column}: {problem.Message} ({problem.Rule})");
        if (checkedFile.Total > checkedFile.Problems.Length)
            page.Line($"{checkedFile.Total - checkedFile.Problems.Length} more are not listed", Ink.Dim);
        page.Line(
            checkedFile.Valid ? $"{checkedFile.Lines} lines are a sound {checkedFile.Kind}" : $"{checkedFile.Total} problems in a {checkedFile.Kind}", Ink.Bold);
    }

    /// <summary>A run that was restored.</summary>
    public static void Imported(Page page, ImportedRun imported) =>
        page.Line($"Run {imported.RunId} is restored from {imported.Lines} ledger lines and is {imported.Status}.");
}
