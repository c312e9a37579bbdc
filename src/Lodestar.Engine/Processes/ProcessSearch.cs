using Lodestar.Core;

namespace Lodestar.Engine.Processes;

/// <summary>Finds the living processes of incarnations.</summary>
/// <remarks>
/// Three traces, because each alone can be lost: the marker in the environment (a program can clear it), the recorded
/// host and program with all that descends from them (a killed parent cuts that), and the host's session (a daemon leaves
/// it). Only a process that lost all three is not found.
/// </remarks>
internal static class ProcessSearch
{
    /// <summary>Living processes and the incarnations each belongs to. Never this process or one it descends from.</summary>
    internal static IReadOnlyDictionary<ProcessEntry, IReadOnlyList<ProcessId>> Find(IReadOnlyList<ProcessMark> marks)
    {
        var table = ProcessTable.All();
        var spared = Ancestors(table);
        var found = new Dictionary<ProcessEntry, IReadOnlyList<ProcessId>>();
        foreach (var mark in marks)
        {
            var roots = table.Where(entry => !spared.Contains(entry.Pid) && Belongs(entry, mark, table)).ToList();
            foreach (var entry in roots.Concat(ProcessTable.Descendants(table, roots.Select(root => root.Pid))))
            {
                if (entry.IsDead || spared.Contains(entry.Pid))
                    continue;
                var known = found.GetValueOrDefault(entry, []);
                if (!known.Contains(mark.Process))
                    found[entry] = [.. known, mark.Process];
            }
        }

        return found;
    }

    private static bool Belongs(ProcessEntry entry, ProcessMark mark, IReadOnlyList<ProcessEntry> table) =>
        IsThat(entry, mark.Host)
        || IsThat(entry, mark.Program)
        || InSessionOf(entry, mark.Host, table)
        || ProcessTable.HasVariable(entry.Pid, $"{ProcessHosts.Marker}={mark.Process}");

    private static bool IsThat(ProcessEntry entry, ProcessIdentity? identity) =>
        identity is not null && IsHere(identity) && entry.Pid == identity.Pid && entry.StartTicks == identity.StartTicks;

    // The kernel gives a session's number to nobody while the session has members; if its leader is another process now,
    // the old session is over.
    private static bool InSessionOf(ProcessEntry entry, ProcessIdentity? host, IReadOnlyList<ProcessEntry> table) =>
        host is not null
        && IsHere(host)
        && entry.Session == host.Pid
        && table.All(other => other.Pid != host.Pid || other.StartTicks == host.StartTicks)
        && entry.StartTicks >= host.StartTicks;

    private static bool IsHere(ProcessIdentity identity) =>
        identity.BootId == ProcessTable.BootId && identity.PidNamespace == ProcessTable.PidNamespace;

    private static HashSet<int> Ancestors(IReadOnlyList<ProcessEntry> table)
    {
        var parents = table.ToDictionary(entry => entry.Pid, entry => entry.ParentPid);
        var spared = new HashSet<int>();
        for (var pid = Environment.ProcessId; pid > 0 && spared.Add(pid);)
            pid = parents.GetValueOrDefault(pid);
        return spared;
    }
}
