using Lodestar.Core;

namespace Lodestar.Engine.Operations;

/// <summary>Points in time as callers give them to operations.</summary>
internal static class Times
{
    /// <summary>Reads a time.</summary>
    /// <returns>Null, or the refusal <c>time-invalid</c>.</returns>
    internal static Refusal? TryParse(string text, out DateTimeOffset? time)
    {
        time = PointInTime.TryParse(text, out var read) ? read : null;
        return time is not null
            ? null
            : new Refusal("time-invalid", $"\"{text}\" is no time.", $"Write it as {PointInTime.Forms}.") { Details = new() { ["value"] = text } };
    }
}
