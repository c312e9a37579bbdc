using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Lodestar.Engine.Operations;

/// <summary>How sound a project is.</summary>
/// <param name="Healthy">Whether nothing failed.</param>
/// <param name="Checks">What was looked at.</param>
public sealed record HealthReport(bool Healthy, ImmutableArray<HealthCheck> Checks);

/// <summary>One thing looked at.</summary>
/// <param name="Name">Stable name.</param>
/// <param name="Status"><c>pass</c>, <c>warn</c>, <c>fail</c> or <c>info</c>.</param>
/// <param name="Message">What was found.</param>
public sealed record HealthCheck(string Name, string Status, string Message)
{
    /// <summary>The status of a failure.</summary>
    internal const string Failed = "fail";

    /// <summary>The command that repairs what is safe to repair.</summary>
    internal const string Repair = "lodestar doctor --fix";

    private const int Most = 10;

    /// <summary>What to do about it; absent when nothing is to do.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Fix { get; init; }

    internal static HealthCheck Pass(string name, string message) => new(name, "pass", message);

    internal static HealthCheck Info(string name, string message) => new(name, "info", message);

    internal static HealthCheck Warn(string name, string message, string? fix) => new(name, "warn", message) { Fix = fix };

    internal static HealthCheck Fail(string name, string message, string? fix) => new(name, Failed, message) { Fix = fix };

    /// <summary>The first of many alike, and how many more there are.</summary>
    internal static IEnumerable<HealthCheck> Bounded(IReadOnlyCollection<HealthCheck> checks) => Bounded(checks, check => check);

    /// <summary>As the other, of things told only as far as they are listed.</summary>
    internal static IEnumerable<HealthCheck> Bounded<T>(IReadOnlyCollection<T> found, Func<T, HealthCheck> tell)
    {
        HealthCheck[] told = [.. found.Take(Most).Select(tell)];
        return found.Count <= Most ? told : [.. told, told[0] with { Message = $"There are {found.Count - Most} more of this kind." }];
    }
}
