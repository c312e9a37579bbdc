using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Lodestar.Core.Context;
using Lodestar.Core.Runs;

namespace Lodestar.Core.Supervision;

/// <summary>The closed set of things the shell may be asked to do for a run. The ledger records each before it is done
/// (with its key) and after; one without an outcome is settled by looking at the world first.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(OwnRun), "own-run")]
[JsonDerivedType(typeof(RunTurn), "turn")]
[JsonDerivedType(typeof(Collect), "collect")]
[JsonDerivedType(typeof(CollectSpec), "collect-spec")]
[JsonDerivedType(typeof(RunCheck), "check")]
[JsonDerivedType(typeof(Merge), "merge")]
[JsonDerivedType(typeof(Publish), "publish")]
[JsonDerivedType(typeof(Retire), "retire")]
[JsonDerivedType(typeof(CloseRun), "close-run")]
public abstract record Effect
{
    private Effect()
    {
    }

    /// <summary>The task it is for; null for effects of the run itself.</summary>
    [JsonIgnore]
    public virtual TaskId? ForTask => null;

    /// <summary>What it depends on, so that equal inputs give an equal key and a changed input never does.</summary>
    protected abstract JsonObject Inputs { get; }

    /// <summary>The action's name in the key.</summary>
    protected abstract string Action { get; }

    /// <summary>The idempotency key: an effect with a given key happens at most once.</summary>
    /// <param name="run">The run; part of the inputs, because two runs over one tree must not share a key.</param>
    /// <param name="snapshotId">The run's snapshot.</param>
    public IdempotencyKey KeyFor(RunId run, SnapshotId snapshotId)
    {
        var inputs = Inputs;
        inputs["run"] = run.Value;
        using var document = JsonDocument.Parse(inputs.ToJsonString());
        return IdempotencyKey.For(Action, ForTask ?? new TaskId(""), snapshotId, document.RootElement);
    }

    /// <summary>Makes this engine the run's owner in Git, and the run branch exist.</summary>
    /// <param name="Fence">The engine's fence.</param>
    /// <param name="Base">Where a new run branch begins.</param>
    /// <param name="Tip">Where the ledger says the run branch is.</param>
    public sealed record OwnRun(long Fence, CommitId Base, CommitId Tip) : Effect
    {
        /// <inheritdoc/>
        protected override string Action => "own_run";

        /// <inheritdoc/>
        protected override JsonObject Inputs => new() { ["fence"] = Fence, ["base"] = Base.Value };
    }

    /// <summary>Lets one agent take one turn in the lane.</summary>
    /// <param name="Task">The task.</param>
    /// <param name="Attempt">Attempt, from 1.</param>
    /// <param name="Round">Round of implement and review, from 1.</param>
    /// <param name="Try">How often this turn was given within the round, from 1.</param>
    /// <param name="Role">Builder, reviewer or spec maintainer.</param>
    /// <param name="Lane">Lane, from 1.</param>
    /// <param name="Base">Where the attempt began.</param>
    /// <param name="From">The commit the worktree is brought to before the turn.</param>
    public sealed record RunTurn(
        TaskId Task, int Attempt, int Round, int Try, AgentRole Role, int Lane, CommitId Base, CommitId From) : Effect
    {
        /// <inheritdoc/>
        public override TaskId? ForTask => Task;

        /// <inheritdoc/>
        protected override string Action => Role switch
        {
            AgentRole.Builder => Round == 1 ? "implement" : "implement_changes",
            AgentRole.Reviewer => "review",
            AgentRole.SpecMaintainer => "update_spec",
            _ => throw new InvalidOperationException($"Role {Role} takes no turns."),
        };

        /// <inheritdoc/>
        protected override JsonObject Inputs => new()
        {
            ["attempt"] = Attempt,
            ["round"] = Round,
            ["try"] = Try,
            ["base"] = Base.Value,
            ["from"] = From.Value,
        };
    }

    /// <summary>Gathers the evidence of a finished builder turn: commits, scope, pinned head.</summary>
    public sealed record Collect(
        TaskId Task, int Attempt, int Round, int Lane, CommitId Base, CommitId From, string? NoChange) : Effect
    {
        /// <inheritdoc/>
        public override TaskId? ForTask => Task;

        /// <inheritdoc/>
        protected override string Action => "collect";

        /// <inheritdoc/>
        protected override JsonObject Inputs => new()
        {
            ["attempt"] = Attempt,
            ["round"] = Round,
            ["base"] = Base.Value,
            ["from"] = From.Value,
        };
    }

    /// <summary>Gathers what a spec maintainer's turn left: only the documents of the charter, and in them only the named
    /// sections, may have changed.</summary>
    /// <param name="Task">The task.</param>
    /// <param name="Attempt">Attempt, from 1.</param>
    /// <param name="Round">Round, from 1.</param>
    /// <param name="Try">How often the turn was given within the round, from 1.</param>
    /// <param name="Lane">Lane, from 1.</param>
    /// <param name="From">The merge commit the turn began at.</param>
    /// <param name="Verdict">What the maintainer said.</param>
    public sealed record CollectSpec(
        TaskId Task, int Attempt, int Round, int Try, int Lane, CommitId From, Verdict Verdict) : Effect
    {
        /// <inheritdoc/>
        public override TaskId? ForTask => Task;

        /// <inheritdoc/>
        protected override string Action => "collect_spec";

        /// <inheritdoc/>
        protected override JsonObject Inputs => new()
        {
            ["attempt"] = Attempt,
            ["round"] = Round,
            ["try"] = Try,
            ["from"] = From.Value,
        };
    }

    /// <summary>Runs one check on a clean checkout of a commit. Its result holds for every commit with the same tree.</summary>
    /// <param name="Task">The task whose lane runs it.</param>
    /// <param name="Attempt">Attempt.</param>
    /// <param name="Lane">Lane.</param>
    /// <param name="Check">Name of the check in the plan.</param>
    /// <param name="Commit">The commit checked out.</param>
    /// <param name="Tree">Its tree.</param>
    public sealed record RunCheck(
        TaskId Task, int Attempt, int Lane, string Check, CommitId Commit, TreeId Tree) : Effect
    {
        /// <inheritdoc/>
        public override TaskId? ForTask => Task;

        /// <inheritdoc/>
        protected override string Action => "check";

        /// <inheritdoc/>
        protected override JsonObject Inputs => new()
        {
            ["attempt"] = Attempt,
            ["check"] = Check,
            ["commit"] = Commit.Value,
            ["tree"] = Tree.Value,
        };
    }

    /// <summary>Merges an attempt onto the run branch tip without a checkout, and writes the commit, unpublished.</summary>
    /// <param name="Task">The task.</param>
    /// <param name="Attempt">Attempt.</param>
    /// <param name="Base">Where the attempt began.</param>
    /// <param name="Head">The attempt's commit.</param>
    /// <param name="Tip">The run branch tip merged onto.</param>
    /// <param name="UnixSeconds">Date of the merge commit, fixed here so that its id is known before it is published.</param>
    /// <param name="Round">Round: a later one may bring the same commit to the same tip again.</param>
    public sealed record Merge(
        TaskId Task, int Attempt, CommitId Base, CommitId Head, CommitId Tip, long UnixSeconds, int Round = 1) : Effect
    {
        /// <inheritdoc/>
        public override TaskId? ForTask => Task;

        /// <inheritdoc/>
        protected override string Action => "merge";

        /// <inheritdoc/>
        protected override JsonObject Inputs => new()
        {
            ["attempt"] = Attempt,
            ["round"] = Round,
            ["head"] = Head.Value,
            ["tip"] = Tip.Value,
        };
    }

    /// <summary>Moves the run branch from the tip to the merge commit by compare-and-swap under the engine's fence.</summary>
    /// <param name="Task">The task.</param>
    /// <param name="Attempt">Attempt, from 1.</param>
    /// <param name="Head">Where the attempt's branch is; the branch goes.</param>
    /// <param name="Tip">Where the run branch is.</param>
    /// <param name="Commit">Where it goes.</param>
    /// <param name="Tree">That commit's tree.</param>
    public sealed record Publish(
        TaskId Task, int Attempt, CommitId Head, CommitId Tip, CommitId Commit, TreeId Tree) : Effect
    {
        /// <inheritdoc/>
        public override TaskId? ForTask => Task;

        /// <inheritdoc/>
        protected override string Action => "publish";

        /// <inheritdoc/>
        protected override JsonObject Inputs => new()
        {
            ["attempt"] = Attempt,
            ["tip"] = Tip.Value,
            ["commit"] = Commit.Value,
        };
    }

    /// <summary>Ends an attempt that will not be merged: keeps its work under references, then frees its branch.</summary>
    public sealed record Retire(TaskId Task, int Attempt, int Lane, CommitId Base) : Effect
    {
        /// <inheritdoc/>
        public override TaskId? ForTask => Task;

        /// <inheritdoc/>
        protected override string Action => "retire";

        /// <inheritdoc/>
        protected override JsonObject Inputs => new() { ["attempt"] = Attempt, ["base"] = Base.Value };
    }

    /// <summary>Takes the run's worktrees away once nothing in them is unique.</summary>
    /// <param name="Lanes">The lanes that were used.</param>
    /// <param name="Epoch">How often the run was closed before, so that a retried run closes again.</param>
    public sealed record CloseRun(ImmutableArray<int> Lanes, int Epoch) : Effect
    {
        /// <inheritdoc/>
        protected override string Action => "close_run";

        /// <inheritdoc/>
        protected override JsonObject Inputs => new() { ["epoch"] = Epoch };
    }
}
