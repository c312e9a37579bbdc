using Lodestar.Core;
using Lodestar.Core.Spec;

namespace Lodestar.Engine.Spec;

/// <summary>What a spec says while steps change it. A change costs as much as the task it is about, however many tasks there are.</summary>
internal sealed class SpecDraft
{
    private readonly List<TaskDefinition> tasks;
    private Dictionary<TaskId, int>? places;
    private ProjectSpec spec;

    /// <summary>Begins with what a spec says.</summary>
    internal SpecDraft(ProjectSpec spec)
    {
        this.spec = spec;
        tasks = [.. spec.Tasks];
    }

    /// <summary>Changes what is not about single tasks.</summary>
    internal void Change(Func<ProjectSpec, ProjectSpec> change) => spec = change(spec);

    /// <summary>Changes one task.</summary>
    internal void Change(TaskId task, Func<TaskDefinition, TaskDefinition> change)
    {
        var place = (places ??= Places())[task];
        tasks[place] = change(tasks[place]);
    }

    /// <summary>Adds a task behind the last one. An id that is taken shows when the text is read again.</summary>
    internal void Add(TaskDefinition task)
    {
        places?.TryAdd(task.Id, tasks.Count);
        tasks.Add(task);
    }

    /// <summary>Takes all tasks away.</summary>
    internal void Clear()
    {
        tasks.Clear();
        places = null;
    }

    /// <summary>What it says now.</summary>
    internal ProjectSpec ToSpec() => spec with { Tasks = [.. tasks] };

    private Dictionary<TaskId, int> Places()
    {
        var found = new Dictionary<TaskId, int>(tasks.Count);
        for (var index = 0; index < tasks.Count; index++)
            found.TryAdd(tasks[index].Id, index);
        return found;
    }
}
