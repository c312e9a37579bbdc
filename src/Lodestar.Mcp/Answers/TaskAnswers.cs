using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Lodestar.Core;
using Lodestar.Engine.Operations;

namespace Lodestar.Mcp.Answers;

/// <summary>One page of tasks.</summary>
internal sealed record TasksAnswer(ImmutableArray<TasksAnswer.Item> Items, int Count, int Total)
{
    /// <summary>Where the next page begins; absent on the last one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? NextCursor { get; init; }

    /// <summary>A page of a list that is in order.</summary>
    public static TasksAnswer Of(TaskList list, TaskCursor? after, int limit)
    {
        var rest = list.Tasks.SkipWhile(task => after is not null && !after.IsBefore(task)).ToList();
        var items = rest.Take(limit).Select(Item.Of).ToImmutableArray();
        return new(items, items.Length, list.Tasks.Length)
        {
            NextCursor = rest.Count > items.Length ? new TaskCursor(items[^1].Priority, items[^1].Id).ToString() : null,
        };
    }

    /// <summary>A task as one line.</summary>
    internal sealed record Item(
        TaskId Id,
        string Title,
        string Status,
        int Priority,
        ImmutableArray<string> Labels,
        ImmutableArray<TaskId> Dependencies,
        AgentId? ClaimedByAgentId,
        DateTimeOffset? LeaseExpiresAt,
        DateTimeOffset? UpdatedAt)
    {
        /// <summary>The line for a task.</summary>
        public static Item Of(TaskLine task) => new(
            task.Id, task.Title, task.Status, task.Priority, task.Labels, task.DependsOn, task.ClaimedBy, task.LeaseExpiresAt, task.UpdatedAt);
    }
}

/// <summary>Tasks that can be claimed.</summary>
internal sealed record NextAnswer(ImmutableArray<NextAnswer.Candidate> Candidates, string Rationale, int TotalClaimable)
{
    /// <summary>The filters that were applied; absent when there were none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Filter? Filters { get; init; }

    /// <summary>The answer for the most urgent tasks.</summary>
    public static NextAnswer Of(ClaimableTasks next, ImmutableArray<string> labels, int? maxPriority) => new(
        [.. next.Tasks.Select(task => new Candidate(task.Id, task.Title, "ready", task.Priority, task.Labels, task.DependsOn))],
        next.TotalClaimable == 0
            ? "No task can be claimed now; lodestar_task_why tells what one waits for"
            : $"Found {next.TotalClaimable} claimable task(s), showing top {next.Tasks.Length} by priority. "
                + "Tasks are ready for work with all dependencies satisfied",
        next.TotalClaimable)
    {
        Filters = labels.IsEmpty && maxPriority is null ? null : new(labels, maxPriority),
    };

    /// <summary>A task that can be claimed.</summary>
    internal sealed record Candidate(
        TaskId Id, string Title, string Status, int Priority, ImmutableArray<string> Labels, ImmutableArray<TaskId> Dependencies);

    /// <summary>What was asked for.</summary>
    internal sealed record Filter(ImmutableArray<string> Labels, int? MaxPriority);
}

/// <summary>Everything known of one task.</summary>
internal sealed record TaskAnswer(
    TaskId Id,
    string Title,
    string Description,
    ImmutableArray<string> AcceptanceCriteria,
    string Status,
    int Priority,
    ImmutableArray<string> Labels,
    ImmutableArray<string> Locks,
    DateTimeOffset? CreatedAt,
    DateTimeOffset? UpdatedAt,
    TaskAnswer.Waiting Dependencies,
    TaskAnswer.Intent? Prd,
    TaskAnswer.Work Runtime,
    ImmutableArray<ToolWarning> Warnings)
{
    /// <summary>Who finished it; absent while nobody has.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? CompletedBy { get; init; }

    /// <summary>Who accepted it; absent while nobody has.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? VerifiedBy { get; init; }

    /// <summary>The fields an update changed; absent elsewhere.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ImmutableArray<string>? UpdatedFields { get; init; }

    /// <summary>The answer for a task.</summary>
    public static TaskAnswer Of(Outcome<TaskDetails> outcome)
    {
        var task = outcome.Data!;
        return new(
            task.Id,
            task.Title,
            task.Description,
            task.AcceptanceCriteria,
            task.Status,
            task.Priority,
            task.Labels,
            task.Locks,
            task.CreatedAt,
            task.UpdatedAt,
            new(task.DependsOn, task.Dependents, task.UnmetDependencies, task.Status == "ready" && task.UnmetDependencies.IsEmpty),
            task.Prd is { } prd ? Intent.Of(prd) : null,
            new(task.ClaimedBy is not null, task.ClaimedBy is { } holder ? Holder.Of(holder) : null, task.Claimable, task.Communication.MessageCount),
            ToolWarning.Of(outcome.Warnings))
        {
            CompletedBy = task.CompletedBy,
            VerifiedBy = task.VerifiedBy,
            UpdatedFields = task.UpdatedFields,
        };
    }

    /// <summary>What it waits for and what waits for it; claimable as far as dependencies go, whoever holds it.</summary>
    internal sealed record Waiting(
        ImmutableArray<TaskId> DependsOn, ImmutableArray<TaskId> Dependents, ImmutableArray<TaskId> Unmet, bool IsClaimable);

    /// <summary>Where its product intent stands.</summary>
    internal sealed record Intent(string Source, ImmutableArray<Intent.Section> Refs, string? Excerpt, string? PrdHash)
    {
        /// <summary>The intent of a task.</summary>
        public static Intent Of(TaskPrd prd) => new(
            prd.Source, [.. prd.Refs.Select(section => new Section(section.Anchor, section.Lines))], prd.Excerpt, prd.PrdHash);

        /// <summary>One section.</summary>
        internal sealed record Section(string Anchor, ImmutableArray<int>? Lines);
    }

    /// <summary>Who works on it, and whether a claim would succeed now.</summary>
    internal sealed record Work(bool Claimed, Holder? ClaimedBy, bool ClaimableNow, int MessageCount);

    /// <summary>Who holds it.</summary>
    internal sealed record Holder(AgentId AgentId, LeaseId LeaseId, DateTimeOffset ExpiresAt, DateTimeOffset CreatedAt, long Fence, RunId? RunId)
    {
        /// <summary>The holder of a task.</summary>
        public static Holder Of(TaskHolder holder) =>
            new(holder.AgentId, holder.LeaseId, holder.ExpiresAt, holder.GrantedAt, holder.Fence, holder.RunId);
    }
}
