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
        Messages(page, inbox.Messages, "Nothing is unread.");
        if (inbox.Unread > inbox.Count)
            page.Line().Line($"{inbox.Unread - inbox.Count} more are unread.", Ink.Dim);
    }

    private static void Messages(Page page, ImmutableArray<MessageLine> messages, string none)
    {
        if (messages.IsEmpty)
            page.Line(none, Ink.Dim);
        foreach (var message in messages)
        {
            var place = message.TaskId is { } task ? $" on {task}" : "";
            var severity = message.Meta.Severity is { } word ? $" [{word}]" : "";
            page.Title($"{message.FromAgentId}{place}, {page.Ago(message.CreatedAt)}{severity} {message.Meta.Subject}".TrimEnd());
            page.Block(message.Text);
        }
    }
}
