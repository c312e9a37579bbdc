using System.Collections.Immutable;
using Lodestar.Core;
using Lodestar.Engine;
using Lodestar.Engine.Operations;
using Lodestar.Mcp.Answers;

namespace Lodestar.Mcp.Tools;

/// <summary>The tools agents talk with: send, list, inbox, wait, search, ack.</summary>
internal static class MessageTools
{
    private const int UsualWait = 30;
    private const int LongestWait = 3600;
    private static readonly TimeSpan Often = TimeSpan.FromSeconds(10);

    private static readonly Argument<string?> Sender = new("from_agent_id", ArgumentKinds.Id);
    private static readonly Argument<string?> Thread = new("task_id", ArgumentKinds.Id);
    private static readonly Argument<string?> Recipient = new("to", ArgumentKinds.Id) { Description = "agent id or all" };
    private static readonly Argument<string?> Body = new("body", ArgumentKinds.Text) { Required = true };
    private static readonly Argument<string?> Subject = new("subject", ArgumentKinds.Text);
    private static readonly Argument<string?> UnreadBy = new("unread_by", ArgumentKinds.Id);
    private static readonly Argument<string?> Since = new("since", ArgumentKinds.Id);
    private static readonly Argument<string?> Keyword = new("keyword", ArgumentKinds.Text);
    private static readonly Argument<ImmutableArray<string>> MessageIds = new("message_ids", ArgumentKinds.Texts);
    private static readonly Argument<int?> Timeout = new("timeout_seconds", ArgumentKinds.From(0, LongestWait));

    /// <summary>The tools.</summary>
    public static ImmutableArray<Tool> All { get; } = [Send(), List(), Inbox(), Wait(), Search(), Acknowledge()];

    private static Tool<SentMessage, SendAnswer> Send() => new("message_send", "Says something in a task's thread, to one agent, or to all.")
    {
        Accepts = [Body, Thread, Recipient, Sender, Subject, Arguments.Severity],
        Run = (call, cancellation) => call.InSessionAsync(
            new SendMessage(call.Get(Thread), call.Agent(Sender), call.Need(Body))
            {
                To = call.Get(Recipient),
                Subject = call.Get(Subject),
                Severity = call.Get(Arguments.Severity),
                KnownSeverityOnly = true,
            }.ExecuteAsync,
            cancellation),
        Result = (outcome, call) => SendAnswer.Of(outcome.Data!, call.Get(Subject), call.Get(Arguments.Severity)),
        Type = McpJson.Default.SendAnswer,
        Summary = sent => $"Sent {sent.MessageId} to {string.Join(", ", sent.DeliveredTo)}",
        Changed = sent => sent.Resources,
    };

    private static Tool<MessageThread, ThreadAnswer> List() => new("message_list", "A task's thread, oldest first; marks nothing as read.")
    {
        ReadsOnly = true,
        Accepts = [Arguments.Task, UnreadBy, MessagePages.Limit, Since, Arguments.Cursor, Arguments.MaxBytes],
        Run = (call, cancellation) => MessagePages.ReadAsync<MessageThread>(
            call,
            limit => new ReadThread(call.Need(Arguments.Task), limit)
            {
                Unread = call.Get(UnreadBy) is not null,
                Agent = call.Get(UnreadBy),
                Since = From(call),
            }.ExecuteAsync,
            thread => thread.Messages,
            cancellation),
        Result = (outcome, _) => new(true, outcome.Data!.TaskId, outcome.Data.Messages, outcome.Data.Count)
        {
            NextCursor = outcome.Data.Cursor,
            Warnings = ToolWarning.Of(outcome.Warnings),
        },
        Type = MessageJson.Default.ThreadAnswer,
        Summary = thread => $"{thread.Count} messages on {thread.TaskId}",
    };

    private static Tool<InboxMessages, InboxAnswer> Inbox() => new("message_inbox", "What you have not read, oldest first; marks nothing as read.")
    {
        ReadsOnly = true,
        Accepts = [Arguments.Agent, MessagePages.Limit, Arguments.Cursor, Arguments.MaxBytes],
        Run = (call, cancellation) => MessagePages.ReadAsync<InboxMessages>(
            call, limit => new ReadInbox(call.Agent(), limit) { Since = From(call) }.ExecuteAsync, inbox => inbox.Messages, cancellation),
        Result = (outcome, _) => new(true, outcome.Data!.AgentId, outcome.Data.Messages, outcome.Data.Count, outcome.Data.Unread)
        {
            NextCursor = outcome.Data.Cursor,
            Warnings = ToolWarning.Of(outcome.Warnings),
        },
        Type = MessageJson.Default.InboxAnswer,
        Summary = inbox => $"{inbox.Count} of {inbox.Unread} unread messages",
    };

    private static Tool<AwaitedMessages, WaitAnswer> Wait() => new("message_wait", "Waits for something unread, or for anything after the cursor.")
    {
        ReadsOnly = true,
        Accepts = [Arguments.Agent, Timeout, MessagePages.Limit, Arguments.Cursor, Arguments.MaxBytes],
        Run = (call, cancellation) => MessagePages.ReadAsync<AwaitedMessages>(
            call,
            limit => (session, token) => WaitAsync(
                call, new WaitForMessages(call.Agent(), Patience(call, limit)) { Since = From(call), Limit = limit }, session, token),
            awaited => awaited.Messages,
            cancellation),
        Result = (outcome, _) => new(
            true, outcome.Data!.AgentId, outcome.Data.Received, outcome.Data.Timeout, outcome.Data.Messages, outcome.Data.Count)
        {
            NextCursor = outcome.Data.Cursor,
            Warnings = ToolWarning.Of(outcome.Warnings),
        },
        Type = MessageJson.Default.WaitAnswer,
        Summary = awaited => awaited.Received ? $"{awaited.Count} messages" : "Nothing came in time",
    };

    private static Tool<FoundMessages, SearchAnswer> Search() => new("message_search", "Finds messages anywhere, newest first.")
    {
        ReadsOnly = true,
        Accepts = [Keyword, Thread, Sender, Since, MessagePages.Limit, Arguments.Cursor, Arguments.MaxBytes],
        Run = (call, cancellation) => MessagePages.ReadAsync<FoundMessages>(
            call,
            limit => new SearchMessages(limit)
            {
                Keyword = call.Get(Keyword),
                Task = call.Get(Thread),
                From = call.Get(Sender),
                Since = call.Get(Since),
                Before = call.Get(Arguments.Cursor),
            }.ExecuteAsync,
            found => found.Messages,
            cancellation),
        Result = (outcome, _) => new(true, outcome.Data!.Messages, outcome.Data.Count)
        {
            NextCursor = outcome.Data.Cursor,
            Warnings = ToolWarning.Of(outcome.Warnings),
        },
        Type = MessageJson.Default.SearchAnswer,
        Summary = found => $"{found.Count} messages found",
    };

    private static Tool<MarkedMessages, AckAnswer> Acknowledge() => new("message_ack", "Marks messages as read: the named ones, or a whole thread.")
    {
        Accepts = [Thread, Arguments.Agent, MessageIds],
        Run = (call, cancellation) => call.InSessionAsync(
            new MarkRead(call.Get(Thread), call.Agent(), call.Get(MessageIds)).ExecuteAsync, cancellation),
        Result = (outcome, _) => new(true, outcome.Data!.TaskId, outcome.Data.MessagesMarked, ToolWarning.Of(outcome.Warnings)),
        Type = MessageJson.Default.AckAnswer,
        Summary = marked => $"{marked.UpdatedCount} messages marked as read",
        Changed = marked => marked.TaskId is { } task ? [ResourceUris.Thread(task.Value)] : [],
    };

    /// <summary>Waits, and says so now and then: a client that hears of progress does not give up meanwhile.</summary>
    private static async Task<Outcome<AwaitedMessages>> WaitAsync(
        ToolCall call, WaitForMessages wait, EngineSession session, CancellationToken cancellation)
    {
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(cancellation, call.Desk.Leaving);
        try
        {
            return await ToldAsync(call, wait.ExecuteAsync(session, leaving.Token), wait.Timeout, cancellation).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (call.Desk.Leaving.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            // The client asks nothing more; what is there by now is its answer.
            return await (wait with { Timeout = TimeSpan.Zero }).ExecuteAsync(session, cancellation).ConfigureAwait(false);
        }
    }

    private static async Task<Outcome<AwaitedMessages>> ToldAsync(
        ToolCall call, Task<Outcome<AwaitedMessages>> waiting, TimeSpan timeout, CancellationToken cancellation)
    {
        for (var told = TimeSpan.Zero; timeout > Often; told += Often)
        {
            using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            var pause = Task.Delay(Often, call.Desk.World.Clock, over.Token);
            if (await Task.WhenAny(waiting, pause).ConfigureAwait(false) == waiting || cancellation.IsCancellationRequested)
            {
                await over.CancelAsync().ConfigureAwait(false);
                break;
            }

            var done = Math.Min((told + Often).TotalSeconds, timeout.TotalSeconds);
            await call.Teller.ProgressAsync(done, timeout.TotalSeconds, "Nothing has come yet").ConfigureAwait(false);
        }

        return await waiting.ConfigureAwait(false);
    }

    /// <summary>How long to wait. What came is read again when it was too much for one answer, and not waited for again.</summary>
    private static TimeSpan Patience(ToolCall call, int limit) =>
        limit == MessagePages.Asked(call) ? TimeSpan.FromSeconds(call.Get(Timeout) ?? UsualWait) : TimeSpan.Zero;

    /// <summary>Where to begin: the cursor is exact, and goes before a time.</summary>
    private static string? From(ToolCall call) => call.Get(Arguments.Cursor) ?? call.Get(Since);
}
