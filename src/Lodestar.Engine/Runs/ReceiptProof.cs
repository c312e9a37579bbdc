using Lodestar.Core;
using Lodestar.Core.Context;
using Lodestar.Core.Runs;
using Lodestar.Core.Supervision;
using Lodestar.Engine.Git;

namespace Lodestar.Engine.Runs;

/// <summary>Holds receipts against the ledger's own inputs and the repository's objects.</summary>
internal sealed class ReceiptProof
{
    private readonly IRepository repository;
    private readonly RunState state;
    private readonly Dictionary<IdempotencyKey, Effect> intended = [];
    private readonly CommitId[] kept;

    private ReceiptProof(IRepository repository, RunState state, IReadOnlyList<LedgerEntry> ledger, CommitId[] kept)
    {
        this.repository = repository;
        this.state = state;
        this.kept = kept;
        foreach (var entry in ledger)
        {
            if (entry.Event is RunEvent.EffectIntended effect)
                intended[effect.Key] = effect.Effect;
        }
    }

    /// <summary>Gathers what receipts are held against.</summary>
    internal static async Task<ReceiptProof> OpenAsync(
        IRepository repository, RunState state, IReadOnlyList<LedgerEntry> ledger, CancellationToken cancellation)
    {
        var references = await repository.RefsAsync(
            [$"refs/lodestar/attempts/{state.Run}/", RefName.Branch(RefName.RunBranch(state.Run))], cancellation);
        return new ReceiptProof(repository, state, ledger, [.. references.Values.Distinct().Select(name => new CommitId(name))]);
    }

    /// <summary>Everything a receipt says that is not so.</summary>
    internal async Task<List<Finding>> ProblemsAsync(Receipt receipt, CancellationToken cancellation)
    {
        var problems = new List<Finding>();
        if (!intended.TryGetValue(receipt.IdempotencyKey, out var effect))
            problems.Add(new Finding("key-unknown", $"No effect was recorded under key {receipt.IdempotencyKey}."));
        else if (effect.KeyFor(state.Run, state.Plan.SnapshotId) != receipt.IdempotencyKey)
            problems.Add(new Finding("key-differs", $"The recorded inputs do not give key {receipt.IdempotencyKey}."));
        else if (effect.ForTask != receipt.TaskId)
            problems.Add(new Finding("key-differs", $"Key {receipt.IdempotencyKey} is that of an effect for {effect.ForTask?.Value ?? "the run"}."));
        if (receipt.Commit is not { } commit)
            return problems;

        if (await repository.ResolveAsync(commit.Value, cancellation) is null)
            problems.Add(new Finding("commit-missing", $"The repository has no commit {commit.Abbreviated}."));
        else if (!await IsKeptAsync(commit, cancellation))
            problems.Add(new Finding("commit-not-pinned", $"No reference of the run keeps commit {commit.Abbreviated}."));
        else
            await CompareAsync(receipt, commit, problems, cancellation);
        return problems;
    }

    private async Task<bool> IsKeptAsync(CommitId commit, CancellationToken cancellation)
    {
        if (kept.Contains(commit))
            return true;
        foreach (var reference in kept)
        {
            if (await repository.ContainsAsync(commit, reference, cancellation))
                return true;
        }

        return false;
    }

    private async Task CompareAsync(Receipt receipt, CommitId commit, List<Finding> problems, CancellationToken cancellation)
    {
        if (receipt.Artifacts.IsEmpty)
            return;
        var changes = (await repository.ChangesAsync(receipt.Base.Value, commit.Value, cancellation))
            .ToDictionary(change => change.Path, StringComparer.Ordinal);
        foreach (var artifact in receipt.Artifacts)
        {
            if (!changes.TryGetValue(artifact.Path, out var change))
            {
                problems.Add(new Finding("artifact-not-changed", $"Commit {commit.Abbreviated} does not change {artifact.Path}."));
                continue;
            }

            var content = change.Blob is { } blob ? await repository.ReadBlobAsync(blob, cancellation) : null;
            var digest = content is null ? null : Sha256Text.Of(content);
            if (digest != artifact.Sha256 || content?.LongLength != artifact.Size)
                problems.Add(new Finding("artifact-differs", $"{artifact.Path} in commit {commit.Abbreviated} has another content or size."));
        }
    }
}
