using System.CommandLine;
using Lodestar.Core.Planes;
using Lodestar.Engine.Operations;

namespace Lodestar.Cli.Commands;

/// <summary>The verbs agents talk with: send, thread, inbox.</summary>
internal static class MessageCommands
{
    /// <summary><c>lodestar msg send</c>.</summary>
    public static Verb Send()
    {
        var task = Inputs.Text("--task", "The task whose thread it goes to.", "-t");
        var to = Inputs.Text("--to", "The only agent it is for.");
        var text = Inputs.NeededText("--text", "What is said: at most 16,384 bytes.", "-m");
        var from = Inputs.Text("--from", "Who says it. Default: LODESTAR_AGENT_ID.", "-f");
        var subject = Inputs.Text("--subject", "A headline.", "-s");
        var severity = Inputs.Text("--severity", $"How much it matters: {string.Join(", ", MessageDraft.Severities)}.");
        return new Verb<SentMessage>("send", "Says something in a task's thread, or to one agent.")
        {
            Accepts = [task, to, text, from, subject, severity],
            About = Explanation.Changes(
                "Stores the message durably; it stays unread until its reader acknowledges it.",
                "lodestar msg send --task F001 --text \"Tests are green\" --from A1B2C3D4"),
            Data = PlaneJson.Default.SentMessage,
            Text = (page, data) => page.Line($"Sent message {data.MessageId}"),
            Run = (given, cancellation) => given.InSessionAsync(
                new SendMessage(given.Get(task), given.Agent(from), given.Get(text)!)
                {
                    To = given.Get(to),
                    Subject = given.Get(subject),
                    Severity = given.Get(severity),
                }.ExecuteAsync,
                cancellation),
        };
    }

    /// <summary><c>lodestar msg thread</c>.</summary>
    public static Verb Thread()
    {
        var task = Inputs.Task();
        var since = Inputs.Time("--since", "Only messages after this time.", "-s");
        var limit = Inputs.Number("--limit", "At most so many; 50 when not given.", "-n");
        var unread = Inputs.Flag("--unread", "Only what the agent has not read.");
        var agent = Inputs.Agent("Whose reading --unread is about.");
        return new Verb<MessageThread>("thread", "Reads a task's thread, oldest first, and marks nothing as read.")
        {
            Accepts = [task, since, limit, unread, agent],
            About = Explanation.Reads("lodestar msg thread F001", "lodestar msg thread F001 --unread --agent A1B2C3D4"),
            Data = PlaneJson.Default.MessageThread,
            Text = MessageText.Thread,
            Run = (given, cancellation) => given.InSessionAsync(
                new ReadThread(given.Get(task)!, given.Get(limit) ?? 50)
                {
                    Since = given.Get(since),
                    UnreadBy = given.Get(unread) ? given.NeededAgent(agent) : null,
                }.ExecuteAsync,
                cancellation),
        };
    }

    /// <summary><c>lodestar msg inbox</c>.</summary>
    public static Verb Inbox()
    {
        var agent = Inputs.Agent("Whose inbox.");
        var limit = Inputs.Number("--limit", "At most so many; 50 when not given.", "-n");
        var acknowledge = Inputs.Flag("--ack", "Count what is shown as read from now on.");
        return new Verb<InboxMessages>("inbox", "Reads what an agent has not read of what concerns it.")
        {
            Accepts = [agent, limit, acknowledge],
            About = Explanation.Changes("Reads only, unless --ack is given: then what is shown counts as read.", "lodestar msg inbox --agent A1B2C3D4 --ack"),
            Data = PlaneJson.Default.InboxMessages,
            Text = MessageText.Inbox,
            Run = (given, cancellation) => given.InSessionAsync(
                new ReadInbox(given.Agent(agent), given.Get(limit) ?? 50, given.Get(acknowledge)).ExecuteAsync, cancellation),
        };
    }
}
