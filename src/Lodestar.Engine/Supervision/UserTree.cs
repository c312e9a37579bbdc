using Lodestar.Core.Supervision;

namespace Lodestar.Engine.Supervision;

/// <summary>The user's own checkout, which no turn may change. A change is a finding, not a failure: its owner may well be
/// working there.</summary>
internal sealed class UserTree(RunParts parts)
{
    private string? last;

    /// <summary>Looks, and says whether the checkout changed since the last look.</summary>
    internal async Task<Finding?> ChangedAsync(CancellationToken cancellation)
    {
        var now = await parts.Ground.PrimaryFingerprintAsync(cancellation);
        var before = Interlocked.Exchange(ref last, now);
        return before is null || before == now
            ? null
            : new Finding("user-tree-changed", "The user's own checkout changed during the turn.");
    }
}
