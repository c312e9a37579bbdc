using Lodestar.Core;
using Lodestar.Core.Runs;
using Lodestar.Core.Spec;
using Lodestar.Engine.Spec;
using TaskStatus = Lodestar.Core.Spec.TaskStatus;

namespace Lodestar.Engine.Operations;

/// <summary>Looks at the committed files: spec, its graph, charter, and this machine's settings.</summary>
internal static class SpecChecks
{
    private const string Name = "spec.yaml";

    internal static IEnumerable<HealthCheck> Run(EngineSession session, Outcome<ProjectSpec> spec)
    {
        var root = session.Context.Root.Value;
        var files = new CharterFile(root);
        return
        [
            .. spec.Data is { } read
                ? [HealthCheck.Pass(Name, $"The spec holds {Quantity.Of(read.Tasks.Length, "task")}."), .. Ids(read), .. Dependencies(read), .. Intents(root, read)]
                : (HealthCheck[])[HealthCheck.Fail(Name, spec.Refusal!.Message, spec.Refusal.Hint)],
            .. Settings("charter.yaml", Path.Combine(root, CharterFile.CharterPath), files.Load),
            .. Settings("local.yaml", Path.Combine(root, CharterFile.LocalPath), files.LoadLocal),
        ];
    }

    /// <summary>A file that is not there is no finding.</summary>
    private static IEnumerable<HealthCheck> Settings<T>(string name, string path, Func<Outcome<T>> load)
        where T : class
    {
        if (!File.Exists(path))
            return [];
        try
        {
            return
            [
                load().Refusal is { } refusal
                    ? HealthCheck.Fail(name, refusal.Message, refusal.Hint)
                    : HealthCheck.Pass(name, "It can be used."),
            ];
        }
        catch (EnvironmentException broken)
        {
            return [HealthCheck.Fail(name, broken.Message, broken.Hint)];
        }
    }

    /// <summary>The planes tell them apart; a run would refuse them.</summary>
    private static HealthCheck[] Ids(ProjectSpec spec) =>
        TaskSelection.Collision(spec) is { } collision ? [HealthCheck.Warn("task-ids", collision.Message + " No run can be planned.", collision.Hint)] : [];

    private static IEnumerable<HealthCheck> Dependencies(ProjectSpec spec)
    {
        var findings = SpecCheck.Run(spec);
        HealthCheck[] broken =
        [
            .. findings.Select(finding => HealthCheck.Fail("dependencies", finding.Message, Undo(finding.Task, finding.Dependency))),
            .. Stuck(spec),
        ];
        return broken.Length > 0
            ? HealthCheck.Bounded(broken)
            : [HealthCheck.Pass("dependencies", "All dependencies exist, and no task waits for itself.")];
    }

    /// <summary>A deleted task is never verified, so what depends on it can never begin.</summary>
    private static IEnumerable<HealthCheck> Stuck(ProjectSpec spec)
    {
        var deleted = spec.Tasks.Where(task => task.Status == TaskStatus.Deleted).Select(task => task.Id).ToHashSet();
        return
            from task in spec.Tasks
            where task.Status is not (TaskStatus.Deleted or TaskStatus.Verified)
            from dependency in task.DependsOn
            where deleted.Contains(dependency)
            select HealthCheck.Warn(
                "dependencies", $"Task {task.Id} waits for {dependency}, which was deleted, and can never begin.", Undo(task.Id, dependency));
    }

    /// <summary>Product documents that are gone or not what tasks were agreed on. Nothing is said where no task names one.</summary>
    private static IEnumerable<HealthCheck> Intents(string root, ProjectSpec spec)
    {
        var live = spec.Tasks.Where(task => task.Status is not (TaskStatus.Deleted or TaskStatus.Verified) && !task.Prd.IsEmpty).ToArray();
        if (live.Length == 0)
            return [];
        var documents = new Dictionary<string, Outcome<PrdDocument>>(StringComparer.Ordinal);
        HealthCheck[] found =
        [
            .. from task in live
               from prd in task.Prd
               from warning in Differences(root, documents, task, prd)
               select HealthCheck.Warn("prd", warning.Message, $"lodestar task context {ShellWord.Quote(task.Id.Value)}"),
        ];
        return found.Length > 0
            ? HealthCheck.Bounded(found)
            : [HealthCheck.Pass("prd", $"The product documents are what {Quantity.Of(live.Length, "task")} agreed on.")];
    }

    private static IEnumerable<Warning> Differences(
        string root, Dictionary<string, Outcome<PrdDocument>> documents, TaskDefinition task, PrdReference prd)
    {
        if (!documents.TryGetValue(prd.Source, out var read))
            documents[prd.Source] = read = PrdFile.Read(root, prd.Source);
        return read.Data is { } document
            ? PrdDrift.Of(task.Id, prd, document).Where(drift => drift.State != PrdDrift.Elsewhere).Select(drift => drift.Warning)
            : [PrdDrift.Unread(task.Id, prd, read.Refusal!).Warning];
    }

    private static string Undo(TaskId task, TaskId dependency) =>
        $"lodestar task update {ShellWord.Quote(task.Value)} --remove-depends-on {ShellWord.Quote(dependency.Value)}";
}
