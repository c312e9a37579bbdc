using System.Globalization;
using Lodestar.Core;
using Lodestar.Core.Planes;

namespace Lodestar.Engine.Operations;

/// <summary>Reads from the environment how long an agent may be silent.</summary>
internal static class PresenceVariables
{
    internal const string Idle = "LODESTAR_AGENT_IDLE_THRESHOLD_MINUTES";
    internal const string Offline = "LODESTAR_AGENT_OFFLINE_THRESHOLD_MINUTES";

    /// <summary>The limits, or the refusal <c>environment-invalid</c>.</summary>
    internal static (PresenceLimits Limits, Refusal? Refusal) Read(Func<string, string?> variable)
    {
        var limits = PresenceLimits.Default;
        if (Minutes(variable, Idle, limits.IdleAfter) is not { } idle)
            return (limits, Invalid(Idle));
        return Minutes(variable, Offline, limits.OfflineAfter) is { } offline
            ? (new(idle, offline), null)
            : (limits, Invalid(Offline));
    }

    private static TimeSpan? Minutes(Func<string, string?> variable, string name, TimeSpan otherwise)
    {
        if (variable(name) is not { Length: > 0 } text)
            return otherwise;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var minutes)
            ? TimeSpan.FromMinutes(minutes)
            : null;
    }

    private static Refusal Invalid(string name) => new(
        "environment-invalid", $"The environment variable {name} is not a whole number of minutes.", $"Correct or unset {name}.");
}
