using Lodestar.Core;
using Lodestar.Core.Runs;
using Lodestar.Engine;
using Lodestar.Engine.Supervision;

namespace Lodestar.TestKit.World;

/// <summary>The machine's side of lanes, in memory.</summary>
internal sealed class MemoryGround(MemoryGit git, CallGate gate) : ILaneGround
{
    /// <summary>The user's own worktree.</summary>
    internal const string Primary = "/project";

    public string PathOf(RunId run, int lane) => $"/lanes/{run}/lane-{lane}";

    public Task CopyIntoAsync(string worktree, IReadOnlyList<string> patterns, CancellationToken cancellation) =>
        gate.CallAsync("ground copy", () => git.Worktrees[worktree].Files["ignored/.env"] = "SECRET=1\n");

    public IReadOnlyDictionary<string, string> EnvironmentFor(
        IReadOnlyList<string> names, IReadOnlyDictionary<string, string> own) => own;

    public IReadOnlyList<string> SecretsOf(IReadOnlyList<string> names) => [];

    public IReadOnlyList<string> CommandOf(PlannedProfile profile, TurnWords words) => ["/bin/agent", words.BriefingFile];

    public Task<string> PrimaryFingerprintAsync(CancellationToken cancellation) =>
        gate.CallAsync("ground fingerprint", () => string.Join('\n', git.Worktrees[Primary].Files));
}

/// <summary>The run's files, in memory: holds that what is published follows on without a gap.</summary>
internal sealed class MemoryRunFolder(CallGate gate) : IRunFolder
{
    private long written;

    /// <summary>The copy is as long as the ledger when an engine begins.</summary>
    internal void Begin(long seq) => written = seq;

    public string ProcessFolder(ProcessId process) => $"/project/.lodestar/agents/{process}";

    public Task<string> WriteBriefingAsync(
        ProcessId process, string text, string json, CancellationToken cancellation) =>
        gate.CallAsync("folder briefing", () => $"{ProcessFolder(process)}/briefing.md");

    public void Publish(IReadOnlyList<LedgerEntry> recorded, RunState state)
    {
        gate.Reach("folder publish");
        if (recorded[0].Seq != written + 1 || state.Seq != recorded[^1].Seq)
            throw new WorldBrokenException("12-causal-order", $"The copy ends at {written}, {recorded[0].Seq} came.");
        written = state.Seq;
    }
}

/// <summary>Identifiers drawn from the world's seed.</summary>
internal sealed class SeededIds(Random random) : IdSource
{
    protected override void Fill(Span<byte> bytes) => random.NextBytes(bytes);
}

/// <summary>An invariant does not hold in the simulated world.</summary>
/// <param name="invariant">Number and name of the invariant in the architecture.</param>
/// <param name="fact">What was seen.</param>
public sealed class WorldBrokenException(string invariant, string fact) : Exception($"{invariant}: {fact}")
{
    /// <summary>Number and name of the invariant.</summary>
    public string Invariant => invariant;
}
