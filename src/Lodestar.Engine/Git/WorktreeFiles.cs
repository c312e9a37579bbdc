using System.Buffers.Binary;
using System.Text;

namespace Lodestar.Engine.Git;

/// <summary>What git writes down about a worktree, read without starting git.</summary>
internal static class WorktreeFiles
{
    private const string Pointer = "gitdir: ";

    /// <summary>The directory git keeps for a worktree; null when the repository knows none at that path.</summary>
    /// <param name="common">The repository's common directory.</param>
    /// <param name="path">The worktree, with symbolic links resolved.</param>
    internal static string? Find(string common, string path)
    {
        var file = Path.Combine(path, ".git");
        // The worktree's own pointer is the quick way, and counts only if the other end agrees.
        if (File.Exists(file) && ReadPointer(file) is { } claimed && PointsTo(claimed, file) && IsUnder(common, claimed))
            return claimed;

        // An agent may have removed or replaced the pointer; what git wrote down in the repository stands.
        var entries = Path.Combine(common, "worktrees");
        return Directory.Exists(entries)
            ? Directory.EnumerateDirectories(entries).Order(StringComparer.Ordinal).FirstOrDefault(entry => PointsTo(entry, file))
            : null;
    }

    /// <summary>Puts back the pointer from the worktree to the repository. What an agent put in its place is moved aside,
    /// not removed: it may hold commits.</summary>
    internal static void RestorePointer(string path, string admin)
    {
        var file = Path.Combine(path, ".git");
        if (File.Exists(file) && ReadPointer(file) == admin)
            return;
        if (Directory.Exists(file))
        {
            var aside = 1;
            while (Directory.Exists($"{path}.foreign-git-{aside}"))
                aside++;
            Directory.Move(file, $"{path}.foreign-git-{aside}");
        }

        File.WriteAllText(file, $"{Pointer}{admin}\n");
    }

    /// <summary>The operation in progress: "rebase", "merge", "cherry-pick", "revert" or "bisect"; null for none.</summary>
    internal static string? Operation(string admin)
    {
        if (Directory.Exists(Path.Combine(admin, "rebase-merge")) || Directory.Exists(Path.Combine(admin, "rebase-apply")))
            return "rebase";
        foreach (var (file, operation) in Markers)
        {
            if (File.Exists(Path.Combine(admin, file)))
                return operation;
        }

        return null;
    }

    /// <summary>Ends every operation in progress without touching files or the user's stash: git's own way of quitting a
    /// rebase puts an autostash on the list all worktrees share.</summary>
    internal static void EndOperations(string admin)
    {
        foreach (var directory in (string[])["rebase-merge", "rebase-apply", "sequencer"])
        {
            if (Directory.Exists(Path.Combine(admin, directory)))
                Directory.Delete(Path.Combine(admin, directory), recursive: true);
        }

        foreach (var file in (string[])[.. Markers.Select(marker => marker.File), "MERGE_MSG", "MERGE_MODE", "MERGE_AUTOSTASH", "AUTO_MERGE", "SQUASH_MSG"])
            File.Delete(Path.Combine(admin, file));
        foreach (var file in Directory.EnumerateFiles(admin, "BISECT_*"))
            File.Delete(file);
    }

    /// <summary>Commits only the operation in progress still names: the branch before a rebase, autostashes.</summary>
    internal static IReadOnlyList<string> HiddenCommits(string admin) =>
    [
        .. ((string[])["rebase-merge/orig-head", "rebase-merge/autostash", "rebase-apply/orig-head", "rebase-apply/autostash", "MERGE_AUTOSTASH"])
            .Select(name => Path.Combine(admin, name))
            .Where(File.Exists)
            .Select(file => File.ReadAllText(file).Trim())
            .Where(text => text.Length is 40 or 64)
            .Distinct(),
    ];

    /// <summary>The last commit HEAD stood on, by its log; null when there is no log.</summary>
    internal static string? LastHead(string admin)
    {
        var log = Path.Combine(admin, "logs", "HEAD");
        // A branch deleted from inside its own worktree leaves an entry that leads from its commit to nothing.
        return File.Exists(log) && File.ReadLines(log).LastOrDefault()?.Split(' ') is [var before, var after, ..]
            ? new[] { after, before }.FirstOrDefault(name => name.Trim('0').Length > 0)
            : null;
    }

    /// <summary>The branch HEAD names, without <c>refs/heads/</c>; null when detached or not stored as a file.</summary>
    internal static string? HeadBranch(string admin)
    {
        const string Prefix = "ref: refs/heads/";
        var head = Path.Combine(admin, "HEAD");
        return File.Exists(head) && File.ReadAllText(head).TrimEnd('\n') is var text && text.StartsWith(Prefix, StringComparison.Ordinal)
            ? text[Prefix.Length..]
            : null;
    }

    /// <summary>True when the index marks entries as "assume unchanged" or "not checked out": git then reports a changed
    /// file as clean. An unknown index format counts as true.</summary>
    internal static bool IndexHidesChanges(string admin, int idBytes)
    {
        var file = Path.Combine(admin, "index");
        if (!File.Exists(file))
            return false;
        var index = File.ReadAllBytes(file).AsSpan();
        if (index.Length < 12 || !index[..4].SequenceEqual("DIRC"u8))
            return true;
        try
        {
            return HidesChanges(index, idBytes);
        }
        catch (Exception failure) when (failure is ArgumentOutOfRangeException or IndexOutOfRangeException)
        {
            return true;
        }
    }

    // Each entry: 40 bytes of file status, the object name, two bytes of flags, two more if flagged so, the path.
    private static bool HidesChanges(ReadOnlySpan<byte> index, int idBytes)
    {
        var version = BinaryPrimitives.ReadInt32BigEndian(index[4..]);
        var count = BinaryPrimitives.ReadInt32BigEndian(index[8..]);
        if (version is < 2 or > 4)
            return true;
        for (int entry = 12, seen = 0; seen < count; seen++)
        {
            var at = entry + 40 + idBytes;
            var flags = BinaryPrimitives.ReadUInt16BigEndian(index[at..]);
            at += 2;
            if ((flags & AssumeUnchanged) != 0)
                return true;
            if ((flags & Extended) != 0)
            {
                if ((BinaryPrimitives.ReadUInt16BigEndian(index[at..]) & NotCheckedOut) != 0)
                    return true;
                at += 2;
            }

            if (version == 4)
            {
                // The path is shortened: a number of varying length, then what differs from the path before.
                while ((index[at++] & 0x80) != 0)
                {
                }
            }

            at += index[at..].IndexOf((byte)0) + 1;
            // Older versions fill up with NULs to a multiple of eight.
            entry = version == 4 ? at : entry + ((at - entry + 7) / 8 * 8);
        }

        return false;
    }

    private const int AssumeUnchanged = 0x8000;
    private const int Extended = 0x4000;
    private const int NotCheckedOut = 0x4000;

    private static readonly (string File, string Operation)[] Markers =
    [
        ("MERGE_HEAD", "merge"), ("CHERRY_PICK_HEAD", "cherry-pick"), ("REVERT_HEAD", "revert"), ("BISECT_LOG", "bisect"),
    ];

    private static string? ReadPointer(string file)
    {
        var text = File.ReadAllText(file, Encoding.UTF8).TrimEnd('\n', '\r');
        return text.StartsWith(Pointer, StringComparison.Ordinal)
            ? Path.GetFullPath(text[Pointer.Length..], Path.GetDirectoryName(file)!)
            : null;
    }

    private static bool PointsTo(string admin, string file)
    {
        var back = Path.Combine(admin, "gitdir");
        return File.Exists(back) && Path.GetFullPath(File.ReadAllText(back).TrimEnd('\n'), admin) == file;
    }

    private static bool IsUnder(string common, string admin) =>
        Path.GetDirectoryName(admin) == Path.Combine(common, "worktrees");
}
