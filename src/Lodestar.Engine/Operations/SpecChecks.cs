using Lodestar.Core;
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
                ? [HealthCheck.Pass(Name, $"The spec holds {HealthCheck.Count(read.Tasks.Length, "task")}."), .. Dependencies(read)]
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

    private static string Undo(TaskId task, TaskId dependency) =>
        $"lodestar task update {ShellWord.Quote(task.Value)} --remove-depends-on {ShellWord.Quote(dependency.Value)}";
}
