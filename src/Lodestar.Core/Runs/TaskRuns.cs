using System.Diagnostics.CodeAnalysis;

namespace Lodestar.Core.Runs;

/// <summary>The tasks of a run by id, in order of ids. A table with one task changed shares all but a small piece with the table
/// before it. An open one, which only the fold of a whole ledger has, is changed in place.</summary>
public sealed class TaskRuns
{
    private readonly TaskId[] ids;
    private readonly Dictionary<TaskId, int> places;
    private readonly int pieceBits;
    private readonly TaskRun[][] pieces;
    private readonly bool isOpen;

    private TaskRuns(TaskId[] ids, Dictionary<TaskId, int> places, int pieceBits, TaskRun[][] pieces, bool isOpen = false)
    {
        this.ids = ids;
        this.places = places;
        this.pieceBits = pieceBits;
        this.pieces = pieces;
        this.isOpen = isOpen;
    }

    /// <summary>All tasks of a plan, waiting.</summary>
    /// <exception cref="ArgumentException">The plan has a task twice.</exception>
    public static TaskRuns Waiting(IEnumerable<PlannedTask> planned)
    {
        TaskId[] ids = [.. planned.Select(task => task.Id).Order()];
        var places = new Dictionary<TaskId, int>(ids.Length);
        foreach (var (place, id) in ids.Index())
            places.Add(id, place);

        // Pieces as long as there are pieces: a change copies one of them, and the list of them.
        var bits = 0;
        while (1 << (2 * bits) < ids.Length)
            bits++;
        var pieces = ids.Chunk(1 << bits).Select(piece => piece.Select(id => new TaskRun(id, TaskRunStatus.Waiting)).ToArray());
        return new TaskRuns(ids, places, bits, [.. pieces]);
    }

    /// <summary>How many tasks there are.</summary>
    public int Count => ids.Length;

    /// <summary>All of them, in order of ids.</summary>
    public IEnumerable<TaskRun> Values => pieces.SelectMany(piece => piece);

    /// <summary>One task.</summary>
    /// <exception cref="KeyNotFoundException">The run has no such task.</exception>
    public TaskRun this[TaskId id] => At(places[id]);

    /// <summary>The table with one task changed.</summary>
    /// <exception cref="KeyNotFoundException">The run has no such task.</exception>
    public TaskRuns With(TaskRun changed)
    {
        var place = places[changed.Id];
        if (isOpen)
        {
            pieces[place >> pieceBits][place & ((1 << pieceBits) - 1)] = changed;
            return this;
        }

        var next = (TaskRun[][])pieces.Clone();
        var piece = (TaskRun[])next[place >> pieceBits].Clone();
        piece[place & ((1 << pieceBits) - 1)] = changed;
        next[place >> pieceBits] = piece;
        return new TaskRuns(ids, places, pieceBits, next);
    }

    /// <summary>The same table to be changed in place by who holds it.</summary>
    internal TaskRuns Open() => new(ids, places, pieceBits, [.. pieces.Select(piece => (TaskRun[])piece.Clone())], isOpen: true);

    /// <summary>The same table, never changed again: whoever opened it lets go of it.</summary>
    internal TaskRuns Close() => new(ids, places, pieceBits, pieces);

    /// <summary>True when the run has the task.</summary>
    public bool ContainsKey(TaskId id) => places.ContainsKey(id);

    /// <summary>Looks for a task.</summary>
    public bool TryGetValue(TaskId id, [NotNullWhen(true)] out TaskRun? task)
    {
        task = places.TryGetValue(id, out var place) ? At(place) : null;
        return task is not null;
    }

    private TaskRun At(int place) => pieces[place >> pieceBits][place & ((1 << pieceBits) - 1)];
}
