using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Lodestar.Core;
using Lodestar.Core.Spec;

namespace Lodestar.Engine.Operations;

/// <summary>Draws the tasks and their dependencies, from the spec alone: equal specs give equal bytes everywhere.</summary>
/// <param name="Format">json, dot, mermaid or text.</param>
public sealed record GraphTasks(string Format = "json")
{
    /// <summary>The formats there are.</summary>
    public static ImmutableArray<string> Formats { get; } = ["json", "dot", "mermaid", "text"];

    /// <summary>Runs the operation. Writes nothing.</summary>
    public Task<Outcome<TaskGraphDrawing>> ExecuteAsync(EngineSession session, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var loaded = session.LoadSpec();
        return Task.FromResult(loaded.Data is { } spec ? Draw(spec) : loaded.Refusal!);
    }

    private Outcome<TaskGraphDrawing> Draw(ProjectSpec spec)
    {
        var findings = SpecCheck.Run(spec);
        var drawing = new TaskGraphDrawing(
            [.. spec.Tasks.Select(task => new GraphNode(task.Id, task.Title, StatusText.Of(task.Status ?? Core.Spec.TaskStatus.Ready), task.Priority))],
            [.. GraphText.Edges(spec).Select(edge => new GraphEdge(edge.From, edge.To))])
        {
            Drawing = Format switch
            {
                "dot" => GraphText.Dot(spec),
                "mermaid" => GraphText.Mermaid(spec),
                "json" => null,
                _ => GraphText.Plain(spec),
            },
        };
        return Outcome<TaskGraphDrawing>.Done(drawing, null, [.. UnknownFormat(), .. findings.Select(finding => new Warning(finding.Rule, finding.Message))]);
    }

    /// <summary>The predecessor drew any other word as text, and scripts count on its exit.</summary>
    private Warning[] UnknownFormat() => Formats.Contains(Format)
        ? []
        : [new("format-unknown", $"\"{Format}\" is no format; drawn as text. There are {string.Join(", ", Formats)}.")];
}

/// <summary>The tasks and what leads to what.</summary>
/// <param name="Nodes">Tasks in file order.</param>
/// <param name="Edges">From each dependency to the task that has it.</param>
public sealed record TaskGraphDrawing(ImmutableArray<GraphNode> Nodes, ImmutableArray<GraphEdge> Edges)
{
    /// <summary>The drawing in the format asked for; absent for json.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Drawing { get; init; }
}

/// <summary>One task.</summary>
/// <param name="Id">The task.</param>
/// <param name="Title">One line.</param>
/// <param name="Status">The status the spec gives; ready when it gives none.</param>
/// <param name="Priority">Lower first.</param>
public sealed record GraphNode(TaskId Id, string Title, string Status, int Priority);

/// <summary>One dependency.</summary>
/// <param name="From">What must be verified first.</param>
/// <param name="To">What waits for it.</param>
public sealed record GraphEdge(TaskId From, TaskId To);
