using System.Runtime;

namespace Lodestar.Cli;

/// <summary>Lets the garbage collector rest in a process that ends with one answer about a large spec.</summary>
/// <remarks>Nearly all such a process makes lives as long as it does: at 10,000 tasks a tenth to a third of its time went into looking
/// through that for what could be given back. Beyond the size given here the collector works as ever.</remarks>
internal static class CollectorRest
{
    private const long Most = 192L * 1024 * 1024;
    private const int TimesTheSpec = 40;

    /// <summary>Begins the rest, which lasts until much was made or the process ends.</summary>
    /// <param name="bytes">The size of the spec.</param>
    public static void Begin(long bytes)
    {
        if (GCSettings.LatencyMode == GCLatencyMode.NoGCRegion)
            return;
        try
        {
            _ = GC.TryStartNoGCRegion(Math.Min(Most, bytes * TimesTheSpec));
        }
        catch (ArgumentOutOfRangeException)
        {
            // More than there is, in a container of little memory: the collector has work to do.
        }
    }
}
