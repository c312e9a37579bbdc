namespace Lodestar.Core;

/// <summary>How long a lease may last: 1 second to 7 days.</summary>
public static class LeaseTerm
{
    /// <summary>The length of a lease nobody asked a length for.</summary>
    public static TimeSpan Default { get; } = TimeSpan.FromMinutes(15);

    /// <summary>The shortest lease.</summary>
    public static TimeSpan Shortest { get; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest lease.</summary>
    public static TimeSpan Longest { get; } = TimeSpan.FromDays(7);

    /// <summary>Reads the length of a lease.</summary>
    /// <returns>Null when <paramref name="term"/> is usable; else the refusal <c>lease-out-of-range</c>.</returns>
    public static Refusal? TryParse(string text, out TimeSpan term) =>
        Duration.TryParse(text, out term)
            ? Check(term, text)
            : new Refusal("lease-out-of-range", $"\"{text}\" is not a length of time.", $"write it as {Duration.Forms}");

    /// <summary>Holds a length against the bounds.</summary>
    /// <returns>Null when it fits; else the refusal <c>lease-out-of-range</c>.</returns>
    public static Refusal? Check(TimeSpan term) => Check(term, Duration.Text(term));

    private static Refusal? Check(TimeSpan term, string text) => term >= Shortest && term <= Longest
        ? null
        : new Refusal("lease-out-of-range", $"A lease of {text} is out of range.", "a lease lasts from 1s to 7d")
        {
            Details = new() { ["value"] = text, ["min_seconds"] = 1, ["max_seconds"] = 604_800 },
        };
}
