using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Lodestar.Core;
using Lodestar.Core.Spec;
using Lodestar.Engine.Spec;
using Lodestar.Engine.Storage;

namespace Lodestar.Engine.Operations;

/// <summary>Begins anew: removes the runtime store, and when asked the task definitions too. Nothing goes before the caller was
/// told what would, and insisted.</summary>
/// <param name="Hard">Whether the definitions go as well; a copy of the spec is kept.</param>
/// <param name="Force">Whether the caller insists.</param>
public sealed record ResetProject(bool Hard, bool Force)
{
    /// <summary>The code of the refusal that tells what would go.</summary>
    public const string Unconfirmed = "reset-unconfirmed";

    /// <summary>Runs the operation.</summary>
    public async Task<Outcome<ResetResult>> ExecuteAsync(EngineSession session, CancellationToken cancellation)
    {
        if (LaneGate.Check(session, "reset") is { } refusal)
            return refusal;
        ImmutableArray<TaskId> tasks = [];
        if (Hard)
        {
            var spec = session.LoadSpec();
            if (spec.Data is not { } read)
                return spec.Refusal!;
            tasks = [.. read.Tasks.Select(task => task.Id)];
        }

        if (Force)
            return await ResetAsync(session, cancellation).ConfigureAwait(false);
        var content = await LookAsync(session, cancellation).ConfigureAwait(false);
        return Veto(content) ?? Tell(content, tasks);
    }

    /// <summary>The spec's lock is held over both, and replacing the file is the last step: a crash in between leaves a project whose
    /// runtime is reset and whose definitions are all there.</summary>
    private async Task<Outcome<ResetResult>> ResetAsync(EngineSession session, CancellationToken cancellation)
    {
        Outcome<ResetResult>? result = null;
        if (Hard)
        {
            var edited = await session.Spec.EditAsync(
                async document =>
                {
                    var cleared = SpecEditor.Clear(document);
                    if (cleared.Data is null)
                        return cleared;
                    result = await RemoveAsync(session, [.. document.Spec.Tasks.Select(task => task.Id)], cancellation).ConfigureAwait(false);
                    if (result.Refusal is { } refusal)
                        return refusal;
                    if (result.Data!.TasksDeleted > 0)
                        result = result.Warn(Kept("definitions", StoreBackup.KeepFile(session.Spec.FullPath, "spec", session.Clock)));
                    return cleared;
                },
                cancellation).ConfigureAwait(false);
            if (edited.Refusal is { } unedited)
                return unedited;
        }

        result ??= await RemoveAsync(session, [], cancellation).ConfigureAwait(false);
        if (result.Refusal is null)
            await session.Spec.ForgetLockAsync(cancellation).ConfigureAwait(false);
        return result;
    }

    private async Task<Outcome<ResetResult>> RemoveAsync(
        EngineSession session, ImmutableArray<TaskId> tasks, CancellationToken cancellation)
    {
        var content = StoreContent.None;
        var removed = await session.Store.RemoveAsync(
            store => Veto(content = StoreContent.Of(store)), cancellation).ConfigureAwait(false);
        if (removed.Data is not { } removal)
            return removed.Refusal!;
        var result = Outcome<ResetResult>.Done(
            new(Word, removal.Removed, tasks.Length, content.Agents, content.Leases, content.Messages, content.Events, content.Runs, tasks),
            [
                new("agent.join", "lodestar agent join", "Register as an agent"),
                new("status", "lodestar status", "See where the project stands"),
            ]);
        if (removal.Kept is { } kept)
            return result.Warn(Kept("store, which could not be read,", kept));
        return removal.Removed ? result : result.Warn(new("store-missing", "There was no runtime store."));
    }

    private static Warning Kept(string what, string path) => new("reset-kept", $"The {what} can be found in {path}.");

    private string Word => Hard ? "hard" : "soft";

    private static Task<StoreContent> LookAsync(EngineSession session, CancellationToken cancellation) =>
        session.Store.ReadAsync(StoreContent.Of, cancellation);

    private static Refusal? Veto(StoreContent content) => content.ActiveRun is not { } run
        ? null
        : new("run-active", $"Run {run} has not ended; its state is in the store.", $"lodestar run show {run}")
        {
            Details = new() { ["run_id"] = run.Value },
        };

    private Refusal Tell(StoreContent content, ImmutableArray<TaskId> tasks)
    {
        var definitions = Hard ? $" and delete the definitions of {Count(tasks.Length, "task")}{Named(tasks)}" : "";
        return new(
            Unconfirmed,
            $"A {Word} reset would clear {Count(content.Agents, "agent")}, {Count(content.Leases, "lease")}, "
            + $"{Count(content.Messages, "message")}, {Count(content.Events, "event")} and {Count(content.Runs, "run")}{definitions}; it needs --force.",
            "lodestar export snapshot --include-messages")
        {
            Details = new()
            {
                ["reset_type"] = Word,
                ["tasks_to_delete"] = tasks.Length,
                ["agents_to_clear"] = content.Agents,
                ["leases_to_clear"] = content.Leases,
                ["messages_to_clear"] = content.Messages,
                ["events_to_clear"] = content.Events,
                ["runs_to_clear"] = content.Runs,
                ["tasks"] = new JsonArray([.. tasks.Select(task => (JsonNode)task.Value)]),
            },
        };
    }

    private static string Named(ImmutableArray<TaskId> tasks) => tasks.Length switch
    {
        0 => "",
        <= 20 => $" ({string.Join(", ", tasks)})",
        _ => $" ({string.Join(", ", tasks.Take(20))} and {tasks.Length - 20} more)",
    };

    private static string Count(long count, string noun) => count == 1 ? $"1 {noun}" : $"{count} {noun}s";
}

/// <summary>What a reset removed.</summary>
/// <param name="ResetType"><c>soft</c> or <c>hard</c>.</param>
/// <param name="RuntimeDeleted">Whether there was a runtime store.</param>
/// <param name="TasksDeleted">Definitions removed from the spec.</param>
/// <param name="AgentsCleared">Agents it held.</param>
/// <param name="LeasesCleared">Leases, ended ones included.</param>
/// <param name="MessagesCleared">Messages.</param>
/// <param name="EventsCleared">Events.</param>
/// <param name="RunsCleared">Runs.</param>
/// <param name="Tasks">Whose definitions were removed.</param>
public sealed record ResetResult(
    string ResetType,
    bool RuntimeDeleted,
    int TasksDeleted,
    long AgentsCleared,
    long LeasesCleared,
    long MessagesCleared,
    long EventsCleared,
    long RunsCleared,
    ImmutableArray<TaskId> Tasks);
