namespace Lodestar.Core.Spec;

/// <summary>The words for task states, as files, the store and JSON hold them.</summary>
public static class StatusText
{
    /// <summary>All words, in the order a task usually goes through them.</summary>
    public static IReadOnlyList<string> All { get; } = [.. Enum.GetValues<TaskStatus>().Select(Of)];

    /// <summary>The word for a state.</summary>
    public static string Of(TaskStatus status) => status switch
    {
        TaskStatus.Todo => "todo",
        TaskStatus.Ready => "ready",
        TaskStatus.Blocked => "blocked",
        TaskStatus.Done => "done",
        TaskStatus.Verified => "verified",
        TaskStatus.Deleted => "deleted",
        _ => throw new ArgumentOutOfRangeException(nameof(status), status, "Not a task state."),
    };

    /// <summary>Reads a word, in any case.</summary>
    public static bool TryParse(string word, out TaskStatus status)
    {
        var index = All.ToList().FindIndex(known => known.Equals(word, StringComparison.OrdinalIgnoreCase));
        status = index < 0 ? default : (TaskStatus)index;
        return index >= 0;
    }
}
