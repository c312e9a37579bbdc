using System.Collections.Immutable;
using Lodestar.Core;
using Lodestar.Core.Spec;

namespace Lodestar.Engine.Spec;

/// <summary>One of the list fields of a task.</summary>
public sealed class TaskListField
{
    private readonly Func<TaskDefinition, ImmutableArray<string>> get;
    private readonly Func<TaskDefinition, ImmutableArray<string>, TaskDefinition> set;

    private TaskListField(
        string key,
        bool isShort,
        Func<TaskDefinition, ImmutableArray<string>> get,
        Func<TaskDefinition, ImmutableArray<string>, TaskDefinition> set)
    {
        Key = key;
        IsShort = isShort;
        this.get = get;
        this.set = set;
    }

    /// <summary>The tasks a task waits for.</summary>
    public static TaskListField DependsOn { get; } = new(
        "depends_on", true, task => [.. task.DependsOn.Select(id => id.Value)],
        (task, items) => task with { DependsOn = [.. items.Select(id => new TaskId(id))] });

    /// <summary>Free words.</summary>
    public static TaskListField Labels { get; } = new("labels", true, task => task.Labels, (task, items) => task with { Labels = items });

    /// <summary>File scope.</summary>
    public static TaskListField Locks { get; } = new("locks", true, task => task.Locks, (task, items) => task with { Locks = items });

    /// <summary>What a reviewer checks.</summary>
    public static TaskListField AcceptanceCriteria { get; } = new(
        "acceptance_criteria", false, task => task.AcceptanceCriteria, (task, items) => task with { AcceptanceCriteria = items });

    /// <summary>The field's name in the file.</summary>
    public string Key { get; }

    /// <summary>True when its items are words, which read well on one line.</summary>
    internal bool IsShort { get; }

    /// <summary>The items of a task.</summary>
    public ImmutableArray<string> Of(TaskDefinition task) => get(task);

    /// <summary>The task with other items.</summary>
    public TaskDefinition With(TaskDefinition task, ImmutableArray<string> items) => set(task, items);
}
