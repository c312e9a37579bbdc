using Lodestar.Core;
using Lodestar.Core.Runs;

namespace Lodestar.Engine.Supervision;

/// <summary>The run's files: evidence and copies for people, all derived from the ledger but what hosts write.</summary>
public interface IRunFolder
{
    /// <summary>Folder of one process: briefing, event log, report.</summary>
    string ProcessFolder(ProcessId process);

    /// <summary>Writes an agent's briefing in both views, outside its worktree.</summary>
    /// <returns>Absolute path of the text.</returns>
    Task<string> WriteBriefingAsync(ProcessId process, string text, string json, CancellationToken cancellation);

    /// <summary>Brings the copies (ledger export, receipts, view of the state) up to what was just recorded.</summary>
    void Publish(IReadOnlyList<LedgerEntry> recorded, RunState state);
}
