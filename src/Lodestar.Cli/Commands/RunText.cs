using System.Globalization;
using Lodestar.Core;
using Lodestar.Core.Lanes;
using Lodestar.Core.Runs;
using Lodestar.Engine.Operations;
using Lodestar.Engine.Supervision;

namespace Lodestar.Cli.Commands;

/// <summary>What people read about runs.</summary>
internal static class RunText
{
    /// <summary>A status stands out by what it asks of the reader.</summary>
    public static Ink Status(string status) => status switch
    {
        "integrated" or "completed" => Ink.Green,
        "failed" or "aborted" or "orphaned" => Ink.Red,
        "paused" or "skipped" or "waiting" => Ink.Yellow,
        "running" or "reviewing" or "merging" => Ink.Cyan,
        _ => Ink.Plain,
    };

    /// <summary>A run with its tasks and one line of sums.</summary>
    public static void Show(Page page, RunView run)
    {
        page.Line($"Run {run.RunId}", Ink.Bold);
        page.Field("Status", run.Status, Status(run.Status));
        page.Field("Reason", run.Reason);
        page.Field("Base", $"{run.BaseBranch} at {run.BaseCommit.Abbreviated}");
        page.Field("Run branch", $"{run.RunBranch} at {run.RunHead.Abbreviated}");
        page.Line();
        page.Table(
            [new("TASK"), new("STATUS", Ink: Status), new("TRIES"), new("TIME"), new("MERGED AS"), new("TITLE", Flexible: true), new("NOTE", Flexible: true)],
            run.Tasks.Select(task => new[]
            {
                task.Id.Value,
                task.Status,
                $"{task.Attempts}",
                Time(task.DurationMs),
                task.MergeCommit?.Abbreviated ?? "",
                task.Title,
                task.Reason ?? "",
            }));
        if (run.Findings.Length > 0)
        {
            page.Title("Findings");
            page.Bullets(run.Findings.TakeLast(10).Select(finding =>
                $"{(finding.Task is { } task ? $"{task}: " : "")}{finding.Message} ({finding.Code})"));
        }

        page.Line().Line(Totals(run.Totals), Ink.Bold);
    }

    /// <summary>Runs as a table.</summary>
    public static void List(Page page, RunList list)
    {
        if (list.Runs.Length == 0)
        {
            page.Line("No runs yet.", Ink.Dim);
            return;
        }

        page.Table(
            [new("RUN"), new("STATUS", Ink: Status), new("MISSION"), new("BASE"), new("STARTED"), new("INTEGRATED")],
            list.Runs.Select(run => new[]
            {
                run.RunId.Value,
                run.Status == "running" && !run.EngineAlive ? "running (no engine)" : run.Status,
                run.Mission,
                run.BaseBranch,
                run.CreatedAt.ToLocalTime().ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture),
                run.IntegratedCommit?.Abbreviated ?? "",
            }));
    }

    /// <summary>A plan.</summary>
    public static void Plan(Page page, PlanData plan)
    {
        page.Line($"{Quantity.Of(plan.Tasks.Length, "task")} on {Quantity.Of(plan.Lanes, "lane")} from {plan.BaseBranch} {plan.BaseCommit.Abbreviated}", Ink.Bold);
        page.Field("Pipeline", plan.Pipeline.Select(step => step == PipelineStep.MaintainSpec ? "maintain-spec" : step.ToString().ToLowerInvariant()));
        page.Field("Checks", plan.Checks.Select(check => check.Name));
        page.Field("Builder", string.Join(' ', plan.Builder.Command.DefaultIfEmpty(plan.Builder.Name)));
        page.Field("Reviewer", plan.Reviewer is { } reviewer ? string.Join(' ', reviewer.Command.DefaultIfEmpty(reviewer.Name)) : null);
        page.Field("Spec keeper", plan.SpecMaintainer is { } maintainer ? string.Join(' ', maintainer.Command.DefaultIfEmpty(maintainer.Name)) : null);
        page.Field("May change", plan.SpecDocuments.Select(document => document.ToString()));
        page.Line();
        var waves = plan.Waves.SelectMany((wave, index) => wave.Select(task => (task, index))).ToDictionary(item => item.task, item => item.index + 1);
        page.Table(
            [new("TASK"), new("WAVE"), new("PRIO"), new("TITLE", Flexible: true), new("AFTER", Flexible: true), new("SCOPE", Flexible: true)],
            plan.Tasks.Select(task => new[]
            {
                task.Id.Value,
                $"{waves.GetValueOrDefault(task.Id)}",
                $"{task.Priority}",
                task.Title,
                string.Join(' ', task.DependsOn.Select(id => id.Value)),
                string.Join(' ', task.Locks),
            }));
        if (plan.LostParallelism.Length > 0)
            page.Title("Why not more at once").Bullets(Reasons(plan.LostParallelism));
        if (plan.LeftOutSteps.Length > 0)
            page.Title("Steps left out").Bullets(plan.LeftOutSteps.Select(step => $"{step.Step}: {step.Reason}"));
        if (plan.LeftOutTasks.Length > 0)
            page.Title("Tasks left out").Bullets(plan.LeftOutTasks.Select(task => $"{task.Id} ({task.Status}): {task.Reason}"));
    }

    /// <summary>Of tasks that declare the same files every pair is a reason; people read one line for each task that waits.</summary>
    internal static IEnumerable<string> Reasons(IEnumerable<LostParallelism> lost) =>
        from reason in lost
        let pair = reason is { Reason: LostParallelismReason.ScopeOverlap, Tasks.Length: 2 }
        group reason by pair ? reason.Tasks[1].Value : reason.Message into waiting
        select waiting.Count() == 1
            ? waiting.First().Message
            : $"{waiting.Key} waits for {string.Join(", ", waiting.Select(reason => reason.Tasks[0]))}: they declare the same files.";

    /// <summary>A request that was heeded.</summary>
    public static void Asked(Page page, AskedRun asked) => page.Line(asked.TaskId is { } task
        ? $"Task {task} of run {asked.RunId}: {asked.Asked} recorded; the run is {asked.Status}."
        : $"Run {asked.RunId} is {asked.Status}.");

    /// <summary>An integration.</summary>
    public static void Integrated(Page page, IntegratedRun integrated)
    {
        var verb = integrated.Integrated ? "is" : "would be";
        page.Line($"{integrated.BaseBranch} {verb} at {integrated.Commit.Abbreviated} ({integrated.Strategy}, from {integrated.From.Abbreviated})");
        page.Field("Tasks", integrated.Tasks.Select(task => task.Value));
        page.Field("Files", $"{integrated.FilesChanged} changed");
        if (integrated.Output.Length > 0)
            page.Block(integrated.Output);
    }

    /// <summary>What happened, line by line.</summary>
    public static void Log(Page page, RunLog log)
    {
        foreach (var entry in log.Entries.Where(entry => entry.Text.Length > 0))
            page.Line($"{entry.Seq,6}  {Clock(entry.At)}  {Cells.Pad(entry.TaskId?.Value ?? "", 8)} {entry.Text}");
    }

    /// <summary>The story of a task.</summary>
    public static void Story(Page page, RunTaskStory story)
    {
        page.Line($"Task {story.Task.Id} in run {story.RunId}", Ink.Bold);
        page.Field("Status", story.Task.Status, Status(story.Task.Status));
        page.Field("Reason", story.Task.Reason);
        page.Field("Commit", story.Task.Commit?.Value);
        page.Field("Merged as", story.Task.MergeCommit?.Value);
        foreach (var attempt in story.Attempts)
        {
            page.Title($"Attempt {attempt.Attempt}: {attempt.Reason}");
            page.Field("Conflicts", attempt.ConflictPaths);
            page.Field("Commit", attempt.Commit?.Value);
            page.Field("Saved", attempt.Saved?.Value);
            if (attempt.Detail.Length > 0 && attempt.Detail != attempt.Reason)
                page.Block(attempt.Detail);
        }

        page.Title("What happened");
        foreach (var moment in story.Events)
            page.Line($"{moment.Seq,6}  {Clock(moment.At)}  {moment.Text}");
    }

    /// <summary>Processes as a table.</summary>
    public static void Processes(Page page, ProcessList list)
    {
        if (list.Processes.Length == 0)
        {
            page.Line("No processes.", Ink.Dim);
            return;
        }

        page.Table(
            [new("PROCESS"), new("AGENT"), new("ROLE"), new("TASK"), new("PID"), new("STATUS", Ink: Status), new("SEEN"), new("STARTED"), new("COMMAND", Flexible: true)],
            list.Processes.Select(process => new[]
            {
                process.Process.Value,
                process.Agent.Value,
                process.Role,
                process.Task.Value,
                process.Pid?.ToString(CultureInfo.InvariantCulture) ?? "",
                process.Status,
                process.OwnerAlive || process.Liveness == "dead" ? process.Liveness : $"{process.Liveness}, no engine",
                Clock(process.StartedAt),
                process.Command,
            }));
    }

    private static string Totals(RunTotals totals)
    {
        var parts = new List<string> { $"{totals.Integrated} of {totals.Tasks} tasks integrated" };
        if (totals.Failed > 0)
            parts.Add($"{totals.Failed} failed");
        if (totals.Skipped > 0)
            parts.Add($"{totals.Skipped} skipped");
        parts.Add(Quantity.Of(totals.Attempts, "attempt"));
        if (totals.Conflicts > 0)
            parts.Add(Quantity.Of(totals.Conflicts, "conflict"));
        if (totals.DurationMs is not null)
            parts.Add(Time(totals.DurationMs));
        parts.Add(totals.CostUsd is { } cost ? $"{cost.ToString("0.00##", CultureInfo.InvariantCulture)} USD" : "cost unknown");
        return string.Join(", ", parts);
    }

    private static string Time(long? milliseconds) => milliseconds switch
    {
        null => "",
        < 60_000 => $"{(milliseconds.Value / 1000.0).ToString("0.0", CultureInfo.InvariantCulture)}s",
        _ => $"{milliseconds.Value / 60_000}m{milliseconds.Value / 1000 % 60:00}s",
    };

    private static string Clock(DateTimeOffset time) => time.ToLocalTime().ToString("HH:mm:ss", CultureInfo.InvariantCulture);
}
