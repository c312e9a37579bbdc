using Lodestar.Core;
using Lodestar.Core.Spec;

namespace Lodestar.Engine.Spec;

/// <summary>What a spec says while steps change it. A change costs as much as the task it is about, however many tasks there are.</summary>
internal sealed class SpecDraft
{
    private readonly List<TaskDefinition> tasks;
    private readonly Dictionary<TaskId, int> places;
    private ProjectSpec spec;

    /// <summary>Begins with what a spec says.</summary>
    internal SpecDraft(ProjectSpec spec)
    {
        this.spec = spec;
        tasks = [.. spec.Tasks];
        places = new(tasks.Count);
        foreach (var (index, task) in tasks.Index())
            places.Add(task.Id, index);
    }

    /// <summary>Changes what is not about single tasks.</summary>
    internal void Change(Func<ProjectSpec, ProjectSpec> change) => spec = change(spec);

    /// <summary>Changes one task.</summary>
    internal void Change(TaskId task, Func<TaskDefinition, TaskDefinition> change) => tasks[places[task]] = change(tasks[places[task]]);

    /// <summary>Adds a task behind the last one. An id that is taken shows when the text is read again.</summary>
    internal void Add(TaskDefinition task)
    {
        places.TryAdd(task.Id, tasks.Count);
        tasks.Add(task);
    }

    /// <summary>Takes all tasks away.</summary>
    internal void Clear()
    {
        tasks.Clear();
        places.Clear();
    }

    /// <summary>What it says now.</summary>
    internal ProjectSpec ToSpec() => spec with { Tasks = [.. tasks] };
}
