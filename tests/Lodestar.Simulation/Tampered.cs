using Lodestar.Core;
using Lodestar.Core.Context;
using Lodestar.Core.Policy;
using Lodestar.Core.Runs;
using Lodestar.Core.Supervision;
using Lodestar.Engine.Git;
using Lodestar.Engine.Processes;
using Lodestar.Engine.Supervision;
using Lodestar.TestKit.World;

namespace Lodestar.Simulation;

/// <summary>Worlds whose seams lie in one way each. A loop that had that defect would look the same, so the invariants must
/// notice it.</summary>
internal static class Tampered
{
    /// <summary>Each lie, with the invariants that may notice it first.</summary>
    internal static IReadOnlyDictionary<string, (Func<RunParts, RunParts> Tamper, string[] Noticed, Func<Scenario, Scenario>? Shape)> Lies { get; } =
        new SortedDictionary<string, (Func<RunParts, RunParts>, string[], Func<Scenario, Scenario>?)>(StringComparer.Ordinal)
        {
            ["nothing is saved"] = (
                parts => parts with { Repository = new Repository(parts.Repository) { SavesNothing = true } },
                ["9-persist-before-destroy"],
                null),
            ["no attempt is pinned"] = (
                parts => parts with { Repository = new Repository(parts.Repository) { PinsNothing = true } },
                ["9-persist-before-destroy"],
                null),
            ["lanes keep what was there"] = (
                parts => parts with { Repository = new Repository(parts.Repository) { KeepsLanes = true } },
                ["3-commit-target"],
                null),
            ["strays live on"] = (
                parts => parts with { Hosts = new Hosts(parts.Hosts) { EndsNothing = true } },
                ["11-one-owner", "9-persist-before-destroy"],
                scenario => scenario with { Kills = 25 }),
            ["every check passes"] = (
                parts => parts with { Hosts = new Hosts(parts.Hosts) { PassesChecks = true } },
                ["8-evidence"],
                null),
            ["leases are not renewed and nobody is told"] = (
                parts => parts with { Store = new Store(parts.Store) { RenewsNothing = true } },
                ["5-one-winner"],
                Contended),
            ["the last outcome is forgotten"] = (
                parts => parts with { Store = new Store(parts.Store) { ForgetsOutcomes = true } },
                ["7-exactly-once"],
                scenario => scenario with { Kills = 25 }),
        };

    /// <summary>Short leases, and many who take what is free.</summary>
    private static Scenario Contended(Scenario scenario) => scenario with
    {
        Rivals = 60,
        Plan = scenario.Plan with
        {
            Policy = scenario.Plan.Policy with { LeaseTtl = new(TimeSpan.FromSeconds(2), SettingSource.Flag) },
        },
    };

    private sealed class Store(IRunStore inner) : IRunStore
    {
        internal bool RenewsNothing { get; init; }

        internal bool ForgetsOutcomes { get; init; }

        public Task<long> AttachAsync(RunId run, CancellationToken cancellation) => inner.AttachAsync(run, cancellation);

        public Task DetachAsync(RunId run, long fence, CancellationToken cancellation) => inner.DetachAsync(run, fence, cancellation);

        public async Task<IReadOnlyList<LedgerEntry>> LoadAsync(RunId run, CancellationToken cancellation)
        {
            var entries = await inner.LoadAsync(run, cancellation);
            return ForgetsOutcomes && entries[^1] is { Event: RunEvent.EffectSettled settled } last
                ? [.. entries.SkipLast(1), last with { Event = settled with { Result = new EffectResult.Interrupted("forgotten") } }]
                : entries;
        }

        public Task<IReadOnlyList<LedgerEntry>> AppendAsync(
            RunId run, long fence, RunBatch batch, CancellationToken cancellation) =>
            inner.AppendAsync(run, fence, RenewsNothing ? batch with { Leases = [] } : batch, cancellation);

        public Task<IReadOnlyList<TaskId>> RenewAsync(
            RunId run, long fence, IReadOnlyList<HeldLease> leases, CancellationToken cancellation) =>
            RenewsNothing ? Task.FromResult<IReadOnlyList<TaskId>>([]) : inner.RenewAsync(run, fence, leases, cancellation);

        public Task<IReadOnlyList<RunControl>> ControlsAsync(RunId run, CancellationToken cancellation) =>
            inner.ControlsAsync(run, cancellation);
    }

    private sealed class Hosts(IProcessHosts inner) : IProcessHosts
    {
        internal bool EndsNothing { get; init; }

        internal bool PassesChecks { get; init; }

        public async Task<IHostedProcess> StartAsync(HostOrder order, CancellationToken cancellation)
        {
            var hosted = await inner.StartAsync(order, cancellation);
            return PassesChecks && order.Command is ["/bin/sh", "-c", "content" or "pairs"] ? new Passing(hosted) : hosted;
        }

        public Task<ExitReport?> ReadReportAsync(ProcessId process, string logDirectory, CancellationToken cancellation) =>
            inner.ReadReportAsync(process, logDirectory, cancellation);

        public Task<IReadOnlyList<ProcessId>> EndAsync(IReadOnlyList<ProcessMark> marks, CancellationToken cancellation) =>
            EndsNothing ? Task.FromResult<IReadOnlyList<ProcessId>>([]) : inner.EndAsync(marks, cancellation);

        public Liveness Look(ProcessMark mark) => inner.Look(mark);
    }

    private sealed class Passing(IHostedProcess inner) : IHostedProcess
    {
        public ProcessIdentity Host => inner.Host;

        public ProcessIdentity? Program => inner.Program;

        public IAsyncEnumerable<AgentEvent> Events => inner.Events;

        public Task<ExitReport> Completion { get; } = PassAsync(inner.Completion);

        public Task StopAsync(StopReason reason, CancellationToken cancellation) => inner.StopAsync(reason, cancellation);

        public ValueTask DisposeAsync() => inner.DisposeAsync();

        private static async Task<ExitReport> PassAsync(Task<ExitReport> completion) =>
            await completion is { Status: ExitStatus.Failed } report ? report with { Status = ExitStatus.Completed } : await completion;
    }

    private sealed class Repository(IRepository inner) : IRepository
    {
        internal bool SavesNothing { get; init; }

        internal bool PinsNothing { get; init; }

        internal bool KeepsLanes { get; init; }

        public Task<CommitId?> SaveAsync(string path, string reference, CancellationToken cancellation) =>
            SavesNothing ? Task.FromResult<CommitId?>(null) : inner.SaveAsync(path, reference, cancellation);

        public Task<bool> UpdateRefsAsync(IReadOnlyList<RefChange> changes, CancellationToken cancellation) =>
            inner.UpdateRefsAsync(
                PinsNothing
                    ? [.. changes.Where(change => !change.Name.StartsWith("refs/lodestar/attempts/", StringComparison.Ordinal))]
                    : changes,
                cancellation);

        public async Task CheckoutAsync(string path, string? branch, CommitId commit, CancellationToken cancellation)
        {
            if (!KeepsLanes || await inner.InspectAsync(path, cancellation) is null)
                await inner.CheckoutAsync(path, branch, commit, cancellation);
        }

        public Task<CommitId?> ResolveAsync(string reference, CancellationToken cancellation) => inner.ResolveAsync(reference, cancellation);

        public Task<TreeId> TreeAsync(CommitId commit, CancellationToken cancellation) => inner.TreeAsync(commit, cancellation);

        public Task<IReadOnlyDictionary<string, string>> RefsAsync(IReadOnlyList<string> prefixes, CancellationToken cancellation) =>
            inner.RefsAsync(prefixes, cancellation);

        public Task<string> WriteBlobAsync(ReadOnlyMemory<byte> content, CancellationToken cancellation) =>
            inner.WriteBlobAsync(content, cancellation);

        public Task<byte[]?> ReadBlobAsync(string objectName, CancellationToken cancellation) => inner.ReadBlobAsync(objectName, cancellation);

        public Task<bool> ContainsAsync(CommitId ancestor, CommitId descendant, CancellationToken cancellation) =>
            inner.ContainsAsync(ancestor, descendant, cancellation);

        public Task<IReadOnlyList<CommitId>> CommitsAsync(CommitId since, CommitId head, CancellationToken cancellation) =>
            inner.CommitsAsync(since, head, cancellation);

        public Task<IReadOnlyList<PathChange>> ChangesAsync(string from, string to, CancellationToken cancellation) =>
            inner.ChangesAsync(from, to, cancellation);

        public Task<IReadOnlyList<string>> ConflictMarkersAsync(CommitId from, CommitId to, CancellationToken cancellation) =>
            inner.ConflictMarkersAsync(from, to, cancellation);

        public Task<MergeTree> MergeTreeAsync(CommitId ours, CommitId theirs, CancellationToken cancellation) =>
            inner.MergeTreeAsync(ours, theirs, cancellation);

        public Task<CommitId> CommitTreeAsync(CommitDraft draft, CancellationToken cancellation) => inner.CommitTreeAsync(draft, cancellation);

        public CommitId CommitIdOf(CommitDraft draft) => inner.CommitIdOf(draft);

        public Task<GitIdentity> IdentityAsync(CancellationToken cancellation) => inner.IdentityAsync(cancellation);

        public Task<WorktreeView?> InspectAsync(string path, CancellationToken cancellation) => inner.InspectAsync(path, cancellation);

        public Task<CommitId> CommitAsync(
            CommitTarget target, IReadOnlyList<string> paths, string message, GitIdentity author, CancellationToken cancellation) =>
            inner.CommitAsync(target, paths, message, author, cancellation);

        public Task RemoveWorktreeAsync(string path, CancellationToken cancellation) => inner.RemoveWorktreeAsync(path, cancellation);

        public Task RemoveMergeWorktreeAsync(CancellationToken cancellation) => inner.RemoveMergeWorktreeAsync(cancellation);
    }
}
