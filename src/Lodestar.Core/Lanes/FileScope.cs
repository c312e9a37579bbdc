using System.Collections.Immutable;
namespace Lodestar.Core.Lanes;
/// <summary>x</summary>
public static class FileScope
{
    /// <summary>x</summary>
    public static bool Overlaps(ImmutableArray<string> a, ImmutableArray<string> b) => a.Intersect(b).Any();
    /// <summary>x</summary>
    public static bool Covers(ImmutableArray<string> a, string path) => a.Any(x => x == path || path.StartsWith(x.TrimEnd('*'), StringComparison.Ordinal));
}
