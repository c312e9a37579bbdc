using Lodestar.Core;

namespace Lodestar.Engine;

/// <summary>Carries a refusal found deep inside (an invalid spec, say) up to the one place that shows it.</summary>
/// <param name="refusal">What was refused and why.</param>
public sealed class RefusedException(Refusal refusal) : Exception(refusal.Message)
{
    /// <summary>What was refused and why.</summary>
    public Refusal Refusal { get; } = refusal;
}
