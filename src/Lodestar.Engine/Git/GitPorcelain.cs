using System.Text;
using Lodestar.Core.Context;

namespace Lodestar.Engine.Git;

/// <summary>Reads git's machine output. Pure.</summary>
/// <remarks>Paths are bytes to git. They are read as UTF-8; a path that is not valid UTF-8 is refused, because no text
/// form of it would name the same file again.</remarks>
public static class GitPorcelain
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Text for people; bytes that are not UTF-8 are replaced.</summary>
    public static string Text(ReadOnlySpan<byte> output) => Encoding.UTF8.GetString(output);

    /// <summary>The version in <c>git version 2.39.5 (vendor)</c>; null when there is none.</summary>
    public static Version? Version(string text)
    {
        var words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words is not ["git", "version", var number, ..])
            return null;
        // Some builds add more parts (2.45.1.windows.1, 2.40.0.rc1); the first two decide.
        var parts = number.Split('.');
        return parts.Length >= 2 && int.TryParse(parts[0], out var major) && int.TryParse(parts[1], out var minor)
            ? new Version(major, minor, parts.Length > 2 && int.TryParse(parts[2], out var patch) ? patch : 0)
            : null;
    }

    /// <summary>Fields that each end with a NUL.</summary>
    /// <exception cref="RefusedException">A field is not UTF-8: <c>path-not-utf8</c>.</exception>
    public static IReadOnlyList<string> Fields(ReadOnlySpan<byte> output)
    {
        var fields = new List<string>();
        while (!output.IsEmpty)
        {
            var end = output.IndexOf((byte)0);
            if (end < 0)
                throw new FormatException("The last field has no end.");
            fields.Add(Path(output[..end]));
            output = output[(end + 1)..];
        }

        return fields;
    }

    /// <summary>Reads <c>for-each-ref --format='%(refname)%00%(objectname)'</c>.</summary>
    public static IReadOnlyDictionary<string, string> Refs(ReadOnlySpan<byte> output)
    {
        var refs = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in Text(output).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var end = line.IndexOf('\0');
            refs[line[..end]] = line[(end + 1)..];
        }

        return refs;
    }

    /// <summary>One change of <c>diff-tree --raw</c>: old mode, new mode, old object, new object, letter.</summary>
    public static PathChange Change(string facts, string path)
    {
        var parts = facts.Split(' ');
        var kind = parts[4][0];
        return new PathChange(path, kind, kind == 'D' ? null : parts[3]);
    }

    /// <summary>Changes in the order of their paths' UTF-8 bytes.</summary>
    public static IReadOnlyList<PathChange> Sorted(List<PathChange> changes)
    {
        changes.Sort((one, other) => ComparePaths(one.Path, other.Path));
        return changes;
    }

    /// <summary>Reads <c>status --porcelain=v2 -z --branch --no-renames</c>; the operation in progress is not in it.</summary>
    public static WorktreeView Status(ReadOnlySpan<byte> output)
    {
        string? branch = null;
        CommitId? head = null;
        var dirty = new List<DirtyPath>();
        foreach (var field in Fields(output))
        {
            if (field.StartsWith("# branch.oid ", StringComparison.Ordinal))
                head = field[13..] is "(initial)" ? null : CommitId.Parse(field[13..]);
            else if (field.StartsWith("# branch.head ", StringComparison.Ordinal))
                branch = field[14..] is "(detached)" ? null : field[14..];
            else if (PathOf(field) is { } path)
                dirty.Add(new DirtyPath(path, field[0] == '?'));
        }

        dirty.Sort((one, other) => ComparePaths(one.Path, other.Path));
        return new WorktreeView(branch, head, null, dirty);
    }

    /// <summary>Reads <c>merge-tree --write-tree -z --name-only --no-messages</c>: the tree, then conflicting paths.</summary>
    public static (TreeId Tree, IReadOnlyList<string> Conflicts) MergeTree(ReadOnlySpan<byte> output)
    {
        var fields = Fields(output);
        return (TreeId.Parse(fields[0]), [.. fields.Skip(1).Where(path => path.Length > 0).Distinct().Order(PathOrder)]);
    }

    /// <summary>Line numbers of added conflict markers in a patch of one file made with <c>-U0</c>.</summary>
    public static IReadOnlyList<int> AddedMarkers(ReadOnlySpan<byte> patch)
    {
        var found = new List<int>();
        var number = 0;
        foreach (var line in Text(patch).Split('\n'))
        {
            // @@ -12,0 +13,4 @@
            if (line.StartsWith("@@ ", StringComparison.Ordinal))
                number = int.Parse(line.Split('+')[1].Split(',', ' ')[0]);
            else if (number > 0 && line.StartsWith('+'))
            {
                if (line.StartsWith("+<<<<<<< ", StringComparison.Ordinal) || line.StartsWith("+>>>>>>> ", StringComparison.Ordinal))
                    found.Add(number);
                number++;
            }
        }

        return found;
    }

    /// <summary>Orders paths by their UTF-8 bytes, as git does.</summary>
    public static readonly IComparer<string> PathOrder = Comparer<string>.Create(ComparePaths);

    private static int ComparePaths(string one, string other) =>
        Encoding.UTF8.GetBytes(one).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(other));

    // The path is the last of a fixed number of fields and may itself hold blanks.
    private static string? PathOf(string entry) => entry[0] switch
    {
        '?' => entry[2..],
        '1' => After(entry, 8),
        'u' => After(entry, 10),
        '#' or '!' => null,
        _ => throw new FormatException($"Git status gave an entry of unknown kind: {entry}"),
    };

    private static string After(string entry, int blanks)
    {
        var start = 0;
        for (var seen = 0; seen < blanks; seen++)
            start = entry.IndexOf(' ', start) + 1;
        return entry[start..];
    }

    /// <summary>A path as git gives it.</summary>
    /// <exception cref="RefusedException">It is not UTF-8: <c>path-not-utf8</c>.</exception>
    public static string Path(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return Strict.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            throw new RefusedException(new(
                "path-not-utf8", $"The path {Text(bytes)} is not valid UTF-8.", "Give the file a name in UTF-8."));
        }
    }
}
