using System.Text;
using Lodestar.Core.Context;
using Lodestar.Core.Runs;

namespace Lodestar.Engine.Runs;

/// <summary>Remembers which snapshot the trees of the last commits are. The tree of a commit never changes.</summary>
internal sealed class SnapshotIdCache(string directory)
{
    /// <summary>Name of the file.</summary>
    internal const string FileName = "snapshot-ids";

    private const int Most = 64;

    private readonly SealedCacheFile file = new(directory, FileName);

    /// <summary>The snapshot of a commit; null when it is not remembered.</summary>
    internal SnapshotId? Find(CommitId commit)
    {
        foreach (var line in Lines())
        {
            if (line.StartsWith(commit.Value + " ", StringComparison.Ordinal))
                return SnapshotId.Parse(line[(commit.Value.Length + 1)..]);
        }

        return null;
    }

    /// <summary>Remembers one more, and forgets the oldest beyond a bound.</summary>
    internal void Add(CommitId commit, SnapshotId snapshot) =>
        file.Write(Encoding.ASCII.GetBytes(string.Join('\n', Lines().Prepend($"{commit} {snapshot}").Take(Most))));

    /// <summary>Forgets all.</summary>
    internal void Forget() => file.Forget();

    private string[] Lines() =>
        Encoding.ASCII.GetString(file.Read().Span).Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
