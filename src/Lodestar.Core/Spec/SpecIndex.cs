namespace Lodestar.Core.Spec;

/// <summary>A spec that is read piece by piece, so that a question about one task costs the same among ten and among a
/// hundred thousand. Tasks are named by their place: their number in the file, from 0.</summary>
/// <remarks>Whatever an index is made of, its answers are those of the parsed file; tests compare them.</remarks>
public abstract class SpecIndex
{
    /// <summary>What <see cref="PlaceOf(TaskId)"/> and <see cref="DependenciesAt"/> give for an id that the spec does not have.</summary>
    public const int Nowhere = -1;

    /// <summary>The project's own fields.</summary>
    public abstract ProjectDefinition Project { get; }

    /// <summary>The whole spec. Ask for it only when the answer needs every task.</summary>
    public abstract ProjectSpec Spec { get; }

    /// <summary>How many tasks there are, deleted ones included.</summary>
    public abstract int Count { get; }

    /// <summary>All places, most urgent first, then by id.</summary>
    public abstract ReadOnlySpan<int> ByUrgency { get; }

    /// <summary>The places of tasks that the spec calls deleted, in file order.</summary>
    public abstract ReadOnlySpan<int> Deleted { get; }

    /// <summary>The definition at a place.</summary>
    public abstract TaskDefinition this[int place] { get; }

    /// <summary>Where a task stands, or <see cref="Nowhere"/>.</summary>
    public abstract int PlaceOf(TaskId task);

    /// <summary>As the other, for an id as the store holds it.</summary>
    public abstract int PlaceOf(ReadOnlySpan<byte> utf8);

    /// <summary>The id of the task at a place.</summary>
    public abstract TaskId IdAt(int place);

    /// <summary>The priority of the task at a place.</summary>
    public abstract int PriorityAt(int place);

    /// <summary>The status the spec gives, or null.</summary>
    public abstract TaskStatus? StatusAt(int place);

    /// <summary>The labels of the task at a place.</summary>
    public abstract IEnumerable<string> LabelsAt(int place);

    /// <summary>The places of a task's dependencies in the order written; <see cref="Nowhere"/> for those that do not exist.</summary>
    public abstract ReadOnlySpan<int> DependenciesAt(int place);

    /// <summary>The places of the tasks that name the one at this place as a dependency, in file order, each once.</summary>
    public abstract ReadOnlySpan<int> DependentsAt(int place);
}
