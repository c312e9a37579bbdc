using System.Globalization;
using Lodestar.Core;
using Lodestar.Engine.Operations;

namespace Lodestar.Mcp.Answers;

/// <summary>A place in the order of tasks, by priority and then by id. Tasks that come or go elsewhere do not move it.</summary>
/// <param name="Priority">The priority of the last task seen.</param>
/// <param name="Id">Its id.</param>
internal sealed record TaskCursor(int Priority, TaskId Id)
{
    /// <summary>Reads the text form, <c>PRIORITY:ID</c>.</summary>
    /// <returns>Null, or the refusal <c>cursor-invalid</c>.</returns>
    public static Refusal? Parse(string? text, out TaskCursor? cursor)
    {
        cursor = null;
        if (text is null)
            return null;
        var parts = text.Split(':', 2);
        if (parts.Length == 2 && parts[1].Length > 0 && int.TryParse(parts[0], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var priority))
        {
            cursor = new(priority, new TaskId(parts[1]));
            return null;
        }

        return new("cursor-invalid", "The cursor is none that a page gave.", "Send nextCursor of the page before, unchanged, or none to begin.");
    }

    /// <summary>Whether a task comes after this place.</summary>
    public bool IsBefore(TaskLine task) =>
        task.Priority != Priority ? task.Priority > Priority : task.Id.CompareTo(Id) > 0;

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Priority}:{Id.Value}");
}
