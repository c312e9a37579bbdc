using System.Globalization;
using System.Text;

namespace Lodestar.Engine.Processes;

/// <summary>Reads Linux's table of processes.</summary>
internal static class ProcessTable
{
    private static readonly Lazy<string> Boot = new(() => File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim());
    private static readonly Lazy<string> Namespace = new(() => new FileInfo("/proc/self/ns/pid").LinkTarget ?? "");

    /// <summary>The boot we are in.</summary>
    internal static string BootId => Boot.Value;

    /// <summary>The pid namespace we are in.</summary>
    internal static string PidNamespace => Namespace.Value;

    /// <summary>Who has that pid now; null when nobody does, or only a dead process not yet reaped.</summary>
    internal static ProcessIdentity? Identify(int pid) =>
        Read(pid) is { IsDead: false } entry ? IdentityOf(entry) : null;

    /// <summary>The identity of an entry of the table.</summary>
    internal static ProcessIdentity IdentityOf(ProcessEntry entry) =>
        new(entry.Pid, entry.StartTicks, BootId, PidNamespace);

    /// <summary>One process; null when there is none of that pid.</summary>
    internal static ProcessEntry? Read(int pid)
    {
        if (ReadBytes($"/proc/{pid}/stat") is not { Length: > 0 } bytes)
            return null;
        var text = Encoding.UTF8.GetString(bytes);
        // The program's name is in brackets and may hold any character, brackets and blanks included.
        var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
        return new ProcessEntry(
            pid,
            int.Parse(fields[1], CultureInfo.InvariantCulture),
            int.Parse(fields[3], CultureInfo.InvariantCulture),
            fields[0][0],
            long.Parse(fields[19], CultureInfo.InvariantCulture));
    }

    /// <summary>All processes, dead ones not yet reaped included.</summary>
    internal static IReadOnlyList<ProcessEntry> All()
    {
        var entries = new List<ProcessEntry>();
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var pid)
                && Read(pid) is { } entry)
                entries.Add(entry);
        }

        return entries;
    }

    /// <summary>All descendants of a process, itself not included.</summary>
    internal static IReadOnlyList<ProcessEntry> Descendants(int pid) => Descendants(All(), [pid]);

    /// <summary>All descendants of the given processes within one reading of the table, themselves not included.</summary>
    internal static IReadOnlyList<ProcessEntry> Descendants(IReadOnlyList<ProcessEntry> table, IEnumerable<int> roots)
    {
        var children = table.ToLookup(entry => entry.ParentPid);
        var found = new List<ProcessEntry>();
        var seen = new HashSet<int>(roots);
        var open = new Queue<int>(seen);
        while (open.TryDequeue(out var parent))
        {
            foreach (var child in children[parent].Where(child => seen.Add(child.Pid)))
            {
                found.Add(child);
                open.Enqueue(child.Pid);
            }
        }

        return found;
    }

    /// <summary>True when the process was started with that environment entry (<c>NAME=value</c>).</summary>
    internal static bool HasVariable(int pid, string entry)
    {
        var wanted = Encoding.UTF8.GetBytes(entry);
        var rest = (ReadOnlySpan<byte>)(ReadBytes($"/proc/{pid}/environ") ?? []);
        while (!rest.IsEmpty)
        {
            var end = rest.IndexOf((byte)0);
            var one = end < 0 ? rest : rest[..end];
            if (one.SequenceEqual(wanted))
                return true;
            rest = end < 0 ? [] : rest[(end + 1)..];
        }

        return false;
    }

    /// <summary>Processes that stand in the folder, or have the file open. Processes of other users, whose folders we
    /// may not see, cannot have written the file of ours.</summary>
    internal static IReadOnlyList<int> UsersOf(string file, string folder) =>
    [
        .. All()
            .Where(entry => !entry.IsDead && entry.Pid != Environment.ProcessId)
            .Where(entry => StandsIn(entry.Pid, folder) || HasOpen(entry.Pid, file))
            .Select(entry => entry.Pid),
    ];

    private static bool StandsIn(int pid, string folder) =>
        LinkTarget($"/proc/{pid}/cwd") is { } cwd
        && (cwd == folder || cwd.StartsWith(folder + "/", StringComparison.Ordinal));

    private static bool HasOpen(int pid, string file)
    {
        try
        {
            return Directory.EnumerateFileSystemEntries($"/proc/{pid}/fd").Any(entry => LinkTarget(entry) == file);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static string? LinkTarget(string path)
    {
        try
        {
            return new FileInfo(path).LinkTarget;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    // A process may end between being listed and being read (ESRCH, ENOENT), or belong to somebody else (EACCES).
    private static byte[]? ReadBytes(string path)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}

/// <summary>One line of the table.</summary>
/// <param name="Pid">The pid.</param>
/// <param name="ParentPid">Its parent now.</param>
/// <param name="Session">Its session.</param>
/// <param name="State">The kernel's letter.</param>
/// <param name="StartTicks">Start time since boot, in clock ticks.</param>
internal sealed record ProcessEntry(int Pid, int ParentPid, int Session, char State, long StartTicks)
{
    /// <summary>True for what runs no more and only waits to be reaped.</summary>
    internal bool IsDead => State is 'Z' or 'X';
}
