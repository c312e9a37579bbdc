using Lodestar.Core;
using System.Collections.Immutable;
using Lodestar.Engine.Operations;

namespace Lodestar.Cli.Commands;

/// <summary>What people read of messages.</summary>
internal static class MessageText
{
    /// <summary>A thread.</summary>
    public static void Thread(Page page, MessageThread thread) => Messages(page, thread.Messages, $"No messages in the thread of {thread.TaskId}.");

    /// <summary>An inbox.</summary>
    public static void Inbox(Page page, InboxMessages inbox)
    {
        if (inbox.Messages.IsEmpty && inbox.Count > 0)
            page.Line(Quantity.Of(inbox.Count, "message"));
        else
            Messages(page, inbox.Messages, "Nothing is unread.");
        if (inbox.Unread > inbox.Count)
            page.Line().Line($"{inbox.Unread - inbox.Count} more are unread.", Ink.Dim);
    }

    /// <summary>What a wait gave.</summary>
    public static void Awaited(Page page, AwaitedMessages awaited) => Messages(page, awaited.Messages, "Nothing came in time.");

    /// <summary>What a search found.</summary>
    public static void Found(Page page, FoundMessages found)
    {
        Messages(page, found.Messages, "No message matches.");
        if (found.Cursor is { } cursor)
            page.Line().Line($"There may be older ones: --before {cursor}", Ink.Dim);
    }

    private static void Messages(Page page, ImmutableArray<MessageLine> messages, string none)
    {
        if (messages.IsEmpty)
            page.Line(none, Ink.Dim);
        foreach (var message in messages)
        {
            var place = message.TaskId is { } task ? $" on {task}" : "";
            var target = message.ToAgentId is { } agent ? $" to {agent}" : message.TaskId is null ? " to all" : "";
            var severity = message.Meta.Severity is { } word ? $" [{word}]" : "";
            page.Title($"{message.FromAgentId}{target}{place}, {page.Ago(message.CreatedAt)}{severity} {message.Meta.Subject}".TrimEnd());
            page.Block(message.Text);
            foreach (var receipt in message.Receipts ?? [])
                page.Line($"  read by {receipt.AgentId} {page.Ago(receipt.ReadAt)}", Ink.Dim);
        }
    }
}
