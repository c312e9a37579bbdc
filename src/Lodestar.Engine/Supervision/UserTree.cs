using Lodestar.Core.Supervision;

namespace Lodestar.Engine.Supervision;

/// <summary>The user's own checkout, which no turn may change. A change is a finding, not a failure: its owner may well be
/// working there.</summary>
/// <remarks>Looking costs a walk through the whole checkout, so turns that end close together share one look, and the end
/// of the run has one of its own.</remarks>
internal sealed class UserTree(RunParts parts)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    private string? last;
    private DateTimeOffset lookedAt;

    /// <summary>Remembers the checkout as it is before the first turn of this engine.</summary>
    internal Task RememberAsync(CancellationToken cancellation) =>
        last is null ? LookAsync(always: true, cancellation) : Task.CompletedTask;

    /// <summary>Looks, and says whether the checkout changed since the last look.</summary>
    /// <param name="always">Look even if somebody just did.</param>
    /// <param name="cancellation">Ends the wait.</param>
    internal async Task<Finding?> LookAsync(bool always, CancellationToken cancellation)
    {
        var now = parts.Clock.GetUtcNow();
        if (!always && now - lookedAt < Interval)
            return null;
        lookedAt = now;
        var seen = await parts.Ground.PrimaryFingerprintAsync(cancellation);
        var before = Interlocked.Exchange(ref last, seen);
        return before is null || before == seen
            ? null
            : new Finding("user-tree-changed", "The user's own checkout changed while agents were at work.");
    }
}
