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
        for (var index = 0; index < All.Count; index++)
        {
            status = (TaskStatus)index;
            if (All[index].Equals(word, StringComparison.OrdinalIgnoreCase))
                return true;
        }

        status = default;
        return false;
    }
}
