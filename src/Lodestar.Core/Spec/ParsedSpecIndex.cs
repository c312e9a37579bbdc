using System.Text;

namespace Lodestar.Core.Spec;

/// <summary>The index over a spec that was read whole. Its tables are made when they are first asked for.</summary>
/// <param name="spec">The spec as read.</param>
public sealed class ParsedSpecIndex(ProjectSpec spec) : SpecIndex
{
    private Dictionary<TaskId, int>? places;
    private TaskLinks? dependencies;
    private TaskLinks? dependents;
    private int[]? byUrgency;
    private int[]? deleted;

    /// <inheritdoc/>
    public override ProjectDefinition Project => spec.Project;

    /// <inheritdoc/>
    public override ProjectSpec Spec => spec;

    /// <inheritdoc/>
    public override int Count => spec.Tasks.Length;

    /// <inheritdoc/>
    public override ReadOnlySpan<int> ByUrgency => byUrgency ??=
    [
        .. Enumerable.Range(0, Count).OrderBy(place => spec.Tasks[place].Priority).ThenBy(place => spec.Tasks[place].Id),
    ];

    /// <inheritdoc/>
    public override ReadOnlySpan<int> Deleted => deleted ??=
        [.. Enumerable.Range(0, Count).Where(place => spec.Tasks[place].Status == TaskStatus.Deleted)];

    /// <summary>What every task waits for.</summary>
    public TaskLinks Dependencies => dependencies ??= TaskLinks.Dependencies(spec.Tasks, PlaceOf);

    /// <summary>What waits for every task.</summary>
    public TaskLinks Dependents => dependents ??= Dependencies.Reversed();

    /// <inheritdoc/>
    public override TaskDefinition this[int place] => spec.Tasks[place];

    /// <inheritdoc/>
    public override int PlaceOf(TaskId task) => (places ??= Places()).GetValueOrDefault(task, Nowhere);

    /// <inheritdoc/>
    public override int PlaceOf(ReadOnlySpan<byte> utf8) => PlaceOf(new TaskId(Encoding.UTF8.GetString(utf8)));

    /// <inheritdoc/>
    public override TaskId IdAt(int place) => spec.Tasks[place].Id;

    /// <inheritdoc/>
    public override int PriorityAt(int place) => spec.Tasks[place].Priority;

    /// <inheritdoc/>
    public override TaskStatus? StatusAt(int place) => spec.Tasks[place].Status;

    /// <inheritdoc/>
    public override IEnumerable<string> LabelsAt(int place) => spec.Tasks[place].Labels;

    /// <inheritdoc/>
    public override ReadOnlySpan<int> DependenciesAt(int place) => Dependencies[place];

    /// <inheritdoc/>
    public override ReadOnlySpan<int> DependentsAt(int place) => Dependents[place];

    private Dictionary<TaskId, int> Places()
    {
        var found = new Dictionary<TaskId, int>(Count);
        for (var place = 0; place < Count; place++)
            found.TryAdd(spec.Tasks[place].Id, place);
        return found;
    }
}
