using Lodestar.Core.Planes;

namespace Lodestar.Engine;

/// <summary>The only clock of the engine: a <see cref="TimeProvider"/> that also tells the time since the machine started.</summary>
public abstract class EngineClock : TimeProvider
{
    /// <summary>Now, for leases: see <see cref="Moment"/>.</summary>
    public abstract Moment GetMoment();
}
