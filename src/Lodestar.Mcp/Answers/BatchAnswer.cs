using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Lodestar.Core;
using Lodestar.Engine;
using Lodestar.Engine.Operations;

namespace Lodestar.Mcp.Answers;

/// <summary>Tasks accepted one by one: what fails does not keep the others back.</summary>
internal sealed record BatchAnswer(
    bool Ok, BatchAnswer.Counts Summary, ImmutableArray<BatchAnswer.Verified> Results, ImmutableArray<TaskId> AllNewlyReadyTaskIds)
{
    /// <summary>Accepts each task on its own.</summary>
    /// <param name="session">The project.</param>
    /// <param name="tasks">The tasks.</param>
    /// <param name="agent">Who accepts.</param>
    /// <param name="notes">Remarks by task.</param>
    /// <param name="tell">Told after each task: how many are done, of how many, and which was the last.</param>
    /// <param name="cancellation">Ends it between two tasks.</param>
    public static async Task<Outcome<BatchAnswer>> VerifyAsync(
        EngineSession session,
        ImmutableArray<string> tasks,
        string? agent,
        ImmutableDictionary<string, string> notes,
        Func<int, int, string, Task> tell,
        CancellationToken cancellation)
    {
        var lines = new List<Verified>();
        var named = tasks.Select(task => task.Trim()).Distinct().ToArray();
        foreach (var id in named)
        {
            var verify = new VerifyTask([id], agent) { Note = notes.GetValueOrDefault(id) };
            var outcome = await verify.ExecuteAsync(session, cancellation).ConfigureAwait(false);

            // Who does not exist, or may not, fails for every task alike: that is the answer to the call.
            if (outcome.Refusal is { } refusal && IsOfCaller(refusal) && lines.Count == 0)
                return refusal;
            lines.Add(Verified.Of(id, outcome));
            await tell(lines.Count, named.Length, id).ConfigureAwait(false);
        }

        var succeeded = lines.Count(line => line.Success);
        return new BatchAnswer(
            succeeded > 0,
            new(lines.Count, succeeded, lines.Count - succeeded),
            [.. lines],
            [.. lines.SelectMany(line => line.NewlyReadyTaskIds ?? []).Distinct().Order()]);
    }

    private static bool IsOfCaller(Refusal refusal) => refusal.Code is "agent-unknown" or "not-allowed-in-lane" or "spec-invalid";

    /// <summary>How many there were.</summary>
    internal sealed record Counts(int Total, int Succeeded, int Failed);

    /// <summary>What became of one task.</summary>
    internal sealed record Verified(string TaskId, bool Success)
    {
        /// <summary>Its status, when it was accepted.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public string? Status { get; init; }

        /// <summary>What waited for it alone, when it was accepted.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public ImmutableArray<TaskId>? NewlyReadyTaskIds { get; init; }

        /// <summary>What the caller should know, when there is something.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public string? Warning { get; init; }

        /// <summary>Why it was refused.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public string? Error { get; init; }

        /// <summary>The refusal's code.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public string? ErrorCode { get; init; }

        /// <summary>The line for a task.</summary>
        public static Verified Of(string task, Outcome<VerifiedTasks> outcome) => outcome.Data is { } verified
            ? new(task, true)
            {
                Status = verified.Status,
                NewlyReadyTaskIds = verified.Unblocked,
                Warning = outcome.Warnings.Count == 0 ? null : outcome.Warnings[0].Message,
            }
            : new(task, false) { Error = outcome.Refusal!.Message, ErrorCode = outcome.Refusal.Code };
    }
}
