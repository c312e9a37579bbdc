using Lodestar.Core.Runs;
using Lodestar.Engine.Processes;

namespace Lodestar.Engine.Supervision;

/// <summary>From the ledger's view of a process to what the process room looks for.</summary>
internal static class ProcessMarks
{
    internal static ProcessMark Of(ProcessRecord record) =>
        new(record.Spawning.Process, Identity(record.Host), Identity(record.Program));

    private static ProcessIdentity? Identity(ProcessSeen? seen) =>
        seen is null ? null : new(seen.Pid, seen.StartTicks, seen.BootId, seen.PidNamespace);
}
