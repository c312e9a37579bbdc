using System.Collections.Immutable;
using Lodestar.Core;
using Lodestar.Engine.Operations;
using Lodestar.Mcp.Answers;

namespace Lodestar.Mcp.Tools;

/// <summary>The tools agents talk with: send, list, inbox.</summary>
internal static class MessageTools
{
    private const int UsualPage = 50;
    private const int LargestPage = 200;

    private static readonly Argument<string?> Sender = new("from_agent_id", ArgumentKinds.Id);
    private static readonly Argument<string?> Thread = new("task_id", ArgumentKinds.Id);
    private static readonly Argument<string?> Recipient = new("to_agent_id", ArgumentKinds.Id);
    private static readonly Argument<string?> Body = new("body", ArgumentKinds.Text) { Required = true };
    private static readonly Argument<string?> Subject = new("subject", ArgumentKinds.Text);
    private static readonly Argument<string?> UnreadBy = new("unread_by", ArgumentKinds.Id);
    private static readonly Argument<int?> PageLimit = Arguments.Limit(LargestPage);

    /// <summary>The tools.</summary>
    public static ImmutableArray<Tool> All { get; } = [Send(), List(), Inbox()];

    private static Tool<SentMessage, SendAnswer> Send() => new("message_send", "Says something in a task's thread, or to one agent.")
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
        Accepts = [Arguments.Task, UnreadBy, PageLimit, Arguments.MaxBytes],
        Page = new("messages"),
        Run = (call, cancellation) => call.InSessionAsync(
            new ReadThread(call.Need(Arguments.Task), call.Get(PageLimit) ?? UsualPage) { Unread = call.Get(UnreadBy) is not null, Agent = call.Get(UnreadBy) }.ExecuteAsync, cancellation),
        Result = (outcome, _) => new(true, outcome.Data!.TaskId, outcome.Data.Messages, outcome.Data.Count),
        Type = MessageJson.Default.ThreadAnswer,
        Summary = thread => $"{thread.Count} messages on {thread.TaskId}",
    };

    private static Tool<InboxMessages, InboxMessages> Inbox() => new("message_inbox", "What you have not read, oldest first; marks nothing as read.")
    {
        ReadsOnly = true,
        Accepts = [Arguments.Agent, PageLimit, Arguments.MaxBytes],
        Page = new("messages"),
        Run = (call, cancellation) => call.InSessionAsync(
            new ReadInbox(call.Agent(), call.Get(PageLimit) ?? UsualPage).ExecuteAsync, cancellation),
        Result = (outcome, _) => outcome.Data!,
        Type = MessageJson.Default.InboxMessages,
        Summary = inbox => $"{inbox.Count} of {inbox.Unread} unread messages",
    };
}
