using Lodestar.Core;
using Lodestar.Core.Spec;
using Lodestar.Engine.Yaml;

namespace Lodestar.Engine.Spec;

/// <summary>A spec as read: its model, and where in the file each part stands.</summary>
public sealed class SpecDocument
{
    private readonly Dictionary<TaskId, TaskPlace> places = [];
    private readonly YamlDocument? yaml;
    private SpecDocument? whole;

    internal SpecDocument(YamlDocument yaml, ProjectSpec spec, Dictionary<TaskId, TaskPlace> places) =>
        (this.yaml, Text, Spec, this.places) = (yaml, yaml.Text, spec, places);

    /// <summary>Of a text that is known to be read as this model. Its tree is read when somebody asks for it.</summary>
    internal SpecDocument(string text, ProjectSpec spec) => (Text, Spec) = (text, spec);

    /// <summary>The file's text, without a byte order mark.</summary>
    public string Text { get; }

    /// <summary>What the file says.</summary>
    public ProjectSpec Spec { get; }

    /// <summary>The same, looked up by id; made once.</summary>
    public ParsedSpecIndex Index => field ??= new(Spec);

    /// <summary>The file's tree and text.</summary>
    public YamlDocument Yaml => Whole.yaml!;

    /// <summary>How the file writes its tasks; looked up once, as it may take a look at all of them.</summary>
    internal TaskShape Shape => field ??= TaskShape.Of(this);

    /// <summary>Where a task's id stands; null when the spec has no such task.</summary>
    public SourcePosition? PositionOf(TaskId task) =>
        Whole.places.TryGetValue(task, out var place) ? Yaml.PositionOf(place.Id.Start) : null;

    /// <summary>Where a task names a dependency; the task's own place when it does not.</summary>
    public SourcePosition? PositionOf(TaskId task, TaskId dependency)
    {
        var named = DependencyNode(task, dependency);
        return named is null ? PositionOf(task) : Yaml.PositionOf(named.Start);
    }

    /// <summary>Gathers findings of the graph as errors with their places.</summary>
    /// <returns>The refusal <c>spec-invalid</c>, or null when there are none.</returns>
    public Refusal? Refuse(IReadOnlyCollection<SpecFinding> findings, string path = SpecFile.RelativePath)
    {
        if (findings.Count == 0)
            return null;
        var errors = new SourceErrors(Yaml);
        foreach (var finding in findings)
        {
            var offset = (DependencyNode(finding.Task, finding.Dependency) ?? IdOf(finding.Task)).Start;
            errors.Add(new(offset, finding.Rule, finding.Dependency.Value, finding.Message));
        }

        return errors.ToRefusal("spec-invalid", path);
    }

    /// <summary>The mapping that defines a task; null when the spec has no such task.</summary>
    internal YamlMap? BodyOf(TaskId task) => Whole.places.TryGetValue(task, out var place) ? place.Body as YamlMap : null;

    /// <summary>The node of a task's id: a key of the mapping, or the value of <c>id</c>.</summary>
    internal YamlNode IdOf(TaskId task) => Whole.places[task].Id;

    /// <summary>True when the task's id is the key of a mapping, false when the task is an item of a list.</summary>
    internal bool IsMapped(TaskId task) => Whole.places[task] is var place && (place.Id.Start < place.Body.Start || place.Body is not YamlMap);

    private SpecDocument Whole => yaml is not null
        ? this
        : whole ??= SpecReader.Read(Text).Data ?? throw new InvalidOperationException("A spec that was read in part cannot be read as a whole.");

    private YamlScalar? DependencyNode(TaskId task, TaskId dependency) =>
        (BodyOf(task)?.Find("depends_on")?.Value as YamlList)?.Items.OfType<YamlScalar>()
            .FirstOrDefault(item => item.Value == dependency.Value);
}
