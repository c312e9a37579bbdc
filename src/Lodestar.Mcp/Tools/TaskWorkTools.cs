using System.Collections.Immutable;
using Lodestar.Core;
using Lodestar.Engine;
using Lodestar.Engine.Operations;
using Lodestar.Mcp.Answers;

namespace Lodestar.Mcp.Tools;

/// <summary>The tools an agent works with: claim, renew, release, done, verify, complete.</summary>
internal static class TaskWorkTools
{
    private static readonly Argument<bool> Force = new("force", ArgumentKinds.Flag) { Description = "although others work on the same files" };
    private static readonly Argument<ImmutableDictionary<string, string>> Notes = new("notes", ArgumentKinds.TextByName) { Description = "by task id" };

    /// <summary>The tools.</summary>
    public static ImmutableArray<Tool> All { get; } = [Claim(), Renew(), Release(), Done(), Verify(), Complete(), BatchVerify()];

    private static Tool<ClaimedTask, ClaimAnswer> Claim() => new("task_claim", "Takes a task under a lease. Keep the fence; renew before it expires.")
    {
        Accepts = [Arguments.Task, Arguments.Agent, Arguments.Ttl, Force, Arguments.Reason],
        Begins = call => $"Claiming task {call.Need(Arguments.Task)} for agent {call.Agent()}",
        Run = (call, cancellation) => call.InSessionAsync(
            new ClaimTask(call.Need(Arguments.Task), call.Agent(), Term(call), WithContext: false)
            {
                Force = call.Get(Force),
                Reason = call.Get(Arguments.Reason),
            }.ExecuteAsync,
            cancellation),
        Result = (outcome, _) => ClaimAnswer.Of(outcome),
        Type = McpJson.Default.ClaimAnswer,
        Summary = claim => $"Claimed {claim.Lease.TaskId} until {claim.Lease.ExpiresAt:u} (lease {claim.Lease.LeaseId}, fence {claim.Lease.Fence})"
            + (claim.UnreadCount is { } unread ? $"; {unread} unread messages" : ""),
        Changed = claim => [ResourceUris.Task(claim.Lease.TaskId.Value)],
    };

    private static Tool<RenewedLease, RenewAnswer> Renew() => new("task_renew", "Keeps your lease longer, counted from now.")
    {
        Accepts = [Arguments.Task, Arguments.Agent, Arguments.Ttl, Arguments.Fence],
        Run = (call, cancellation) => call.InSessionAsync(
            new RenewLease(call.Need(Arguments.Task), call.Agent(), Term(call), call.Get(Arguments.Fence)).ExecuteAsync, cancellation),
        Result = (outcome, _) => RenewAnswer.Of(outcome.Data!),
        Type = McpJson.Default.RenewAnswer,
        Summary = renewed => $"{renewed.Lease.TaskId} is yours until {renewed.Lease.ExpiresAt:u}",
        Changed = renewed => [ResourceUris.Task(renewed.Lease.TaskId.Value)],
    };

    private static Tool<ReleasedTask, ReleaseAnswer> Release() => new("task_release", "Gives a task back unfinished.")
    {
        Accepts = [Arguments.Task, Arguments.Agent, Arguments.Reason, Arguments.Fence],
        Begins = call => $"Releasing task {call.Need(Arguments.Task)} for agent {call.Agent()}",
        Run = (call, cancellation) => call.InSessionAsync(
            new ReleaseTask(call.Need(Arguments.Task), call.Agent(), call.Get(Arguments.Fence), call.Get(Arguments.Reason)).ExecuteAsync, cancellation),
        Result = (outcome, _) => ReleaseAnswer.Of(outcome.Data!),
        Type = McpJson.Default.ReleaseAnswer,
        Summary = released => $"Released {released.PreviousLease.TaskId}",
        Changed = released => [ResourceUris.Task(released.PreviousLease.TaskId.Value)],
    };

    private static Tool<DoneTask, DoneAnswer> Done() => new("task_done", "Says that the work is finished; ends the lease.")
    {
        Accepts = [Arguments.Task, Arguments.Agent, Arguments.Note, Arguments.Fence],
        Begins = call => $"Marking task {call.Need(Arguments.Task)} as done by agent {call.Agent()}",
        Run = (call, cancellation) => call.InSessionAsync((session, token) => FinishAsync(session, call, token), cancellation),
        Result = (outcome, call) => new(
            true,
            outcome.Data!.Task.TaskId,
            outcome.Data.Task.Status,
            ToolWarning.Of(outcome.Warnings),
            outcome.Data.Dependents.IsEmpty ? null : "Use task.verify to mark as verified and unblock dependent tasks")
        {
            Note = call.Get(Arguments.Note),
        },
        Type = McpJson.Default.DoneAnswer,
        Summary = done => $"{done.TaskId} is {done.Status}",
        Changed = done => [ResourceUris.Task(done.TaskId.Value)],
    };

    private static Tool<VerifiedTasks, VerifyAnswer> Verify() => new("task_verify", "Accepts a finished task; opens what waited for it.")
    {
        Accepts = [Arguments.Task, Arguments.Agent, Arguments.Note, Arguments.Fence],
        Begins = call => $"Verifying task {call.Need(Arguments.Task)} by agent {call.Agent()}",
        Run = (call, cancellation) => call.InSessionAsync(
            new VerifyTask([call.Need(Arguments.Task)], call.Agent(), call.Get(Arguments.Fence)) { Note = call.Get(Arguments.Note) }.ExecuteAsync,
            cancellation),
        Result = (outcome, call) => VerifyAnswer.Of(
            outcome.Data!.TaskId, outcome.Data.Status, outcome.Data.Unblocked, outcome.Warnings, call.Get(Arguments.Note)),
        Type = McpJson.Default.VerifyAnswer,
        Summary = VerifiedText,
        Changed = Verified,
    };

    private static Tool<FinishedTask, VerifyAnswer> Complete() => new("task_complete", "Done and verify in one step, under the rules of both.")
    {
        Accepts = [Arguments.Task, Arguments.Agent, Arguments.Note, Arguments.Fence],
        Begins = call => $"Completing task {call.Need(Arguments.Task)} (done and verify) by agent {call.Agent()}",
        Run = (call, cancellation) => call.InSessionAsync(
            new FinishTask(call.Need(Arguments.Task), call.Agent(), call.Get(Arguments.Fence)) { Note = call.Get(Arguments.Note) }.ExecuteAsync,
            cancellation),
        Result = (outcome, call) => VerifyAnswer.Of(
            outcome.Data!.TaskId, outcome.Data.Status, outcome.Data.Unblocked, outcome.Warnings, call.Get(Arguments.Note)),
        Type = McpJson.Default.VerifyAnswer,
        Summary = VerifiedText,
        Changed = Verified,
    };

    private static Tool<BatchAnswer, BatchAnswer> BatchVerify() => new("task_batch_verify", "Accepts up to 100 finished tasks, each on its own.")
    {
        Accepts = [Arguments.Tasks, Arguments.Agent, Notes],
        Page = null,
        Begins = call => $"Verifying {call.Get(Arguments.Tasks).Length} tasks by agent {call.Agent()}",
        Run = (call, cancellation) => Arguments.CheckTasks(call.Get(Arguments.Tasks)) is { } refusal
            ? Task.FromResult<Outcome<BatchAnswer>>(refusal)
            : call.InSessionAsync(
                (session, token) => BatchAnswer.VerifyAsync(
                    session,
                    call.Get(Arguments.Tasks),
                    call.Agent(),
                    call.Get(Notes),
                    (done, of, task) => done == of ? Task.CompletedTask : call.Teller.ProgressAsync(100.0 * done / of, 100, task),
                    token),
                cancellation),
        Result = (outcome, _) => outcome.Data!,
        Type = McpJson.Default.BatchAnswer,
        Summary = batch => $"Verified {batch.Summary.Succeeded} of {batch.Summary.Total} tasks",
        Changed = batch =>
        [
            .. batch.Results.Where(result => result.Success).Select(result => ResourceUris.Task(result.TaskId)),
            .. batch.AllNewlyReadyTaskIds.Select(task => ResourceUris.Task(task.Value)),
        ],
    };

    /// <summary>An accepted task and what it opened, as people read it.</summary>
    internal static string VerifiedText(VerifyAnswer verified) => verified.NewlyReadyTaskIds.IsEmpty
        ? $"{verified.TaskId} is {verified.Status}"
        : $"{verified.TaskId} is {verified.Status}; ready now: {string.Join(", ", verified.NewlyReadyTaskIds.Take(10))}";

    /// <summary>The resources an accepted task changes.</summary>
    internal static IEnumerable<string> Verified(VerifyAnswer verified) =>
        [ResourceUris.Task(verified.TaskId.Value), .. verified.NewlyReadyTaskIds.Select(task => ResourceUris.Task(task.Value))];

    private static async Task<Outcome<DoneTask>> FinishAsync(EngineSession session, ToolCall call, CancellationToken cancellation)
    {
        var task = call.Need(Arguments.Task);
        var done = await new CompleteTask(task, call.Agent(), call.Get(Arguments.Fence)) { Note = call.Get(Arguments.Note) }
            .ExecuteAsync(session, cancellation).ConfigureAwait(false);
        if (done.Data is not { } finished)
            return done.Refusal!;
        var shown = await new ShowTask(task).ExecuteAsync(session, CancellationToken.None).ConfigureAwait(false);
        return Outcome<DoneTask>.Done(new(finished, shown.Data?.Dependents ?? []), warnings: done.Warnings);
    }

    private static TimeSpan Term(ToolCall call) => Arguments.Term(call.Get(Arguments.Ttl), call.Desk.TermOf(call.Agent()));

    /// <summary>A finished task, and who waits for it.</summary>
    private sealed record DoneTask(CompletedTask Task, ImmutableArray<TaskId> Dependents);
}
