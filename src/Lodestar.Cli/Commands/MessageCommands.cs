using System.CommandLine;
using Lodestar.Core;
using Lodestar.Core.Planes;
using Lodestar.Engine;
using Lodestar.Engine.Operations;

namespace Lodestar.Cli.Commands;

/// <summary>The verbs agents talk with: send, thread, inbox, wait, search, mark-read.</summary>
internal static class MessageCommands
{
    /// <summary><c>lodestar msg send</c>.</summary>
    public static Verb Send()
    {
        var task = Inputs.Text("--task", "The task whose thread it goes to.", "-t");
        var to = Inputs.Text("--to", "Whom it is for: agent:ID, task:ID or all.");
        var text = Inputs.NeededText("--text", "What is said, at most 16,384 bytes; - reads it from standard input.", "-m");
        var from = Inputs.Text("--from", "Who says it. Default: LODESTAR_AGENT_ID.", "-f");
        var subject = Inputs.Text("--subject", "A headline.", "-s");
        var severity = Inputs.Text("--severity", $"How much it matters: {string.Join(", ", MessageDraft.Severities)}.");
        severity.CompletionSources.Add([.. MessageDraft.Severities]);
        return new Verb<SentMessage>("send", "Says something in a task's thread, to one agent, or to all.")
        {
            Accepts = [task, to, text, from, subject, severity],
            About = Explanation.Changes(
                "Stores the message durably; it stays unread until its reader acknowledges it.",
                "lodestar msg send --task F001 --text \"Tests are green\" --from A1B2C3D4",
                "lodestar msg send --to agent:A1B2C3D4 --text \"Please review F001\"",
                "git log -1 --format=%B | lodestar msg send --to all --text -"),
            Data = static () => PlaneJson.Default.SentMessage,
            Write = PlaneJson.Write,
            Text = (page, data) => page.Line($"Sent message {data.MessageId} to {data.To}"),
            Run = (given, cancellation) => given.InSessionAsync(
                new SendMessage(given.Get(task), given.Agent(from), given.TextOrInput(text, MessageDraft.MaxBytes)!)
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
        var since = Since();
        var limit = Limit();
        var unread = Inputs.Flag("--unread", "Only what the agent has no receipt for.");
        var agent = Inputs.Agent("Whose reading --unread is about.");
        var receipts = Receipts();
        return new Verb<MessageThread>("thread", "Reads a task's thread, oldest first, and marks nothing as read.")
        {
            Accepts = [task, since, limit, unread, agent, receipts],
            About = Explanation.Reads(
                "lodestar msg thread F001", "lodestar msg thread F001 --unread --agent A1B2C3D4", "lodestar msg thread F001 --since c42"),
            Data = static () => PlaneJson.Default.MessageThread,
            Text = MessageText.Thread,
            Run = (given, cancellation) => given.InSessionAsync(
                new ReadThread(given.Get(task)!, given.Get(limit) ?? 50)
                {
                    Since = given.Get(since),
                    Unread = given.Get(unread),
                    Agent = given.Agent(agent),
                    Receipts = given.Get(receipts),
                }.ExecuteAsync,
                cancellation),
        };
    }

    /// <summary><c>lodestar msg inbox</c>.</summary>
    public static Verb Inbox()
    {
        var agent = Inputs.Agent("Whose inbox.");
        var limit = Limit();
        var since = Since();
        var until = Inputs.Text("--until", "Only messages up to this time.", "-u");
        var from = Inputs.Text("--from", "Only messages of this sender.", "-f");
        var all = Inputs.Flag("--all", "Also what was read before.");
        var acknowledge = Inputs.Flag("--ack", "Count what is shown as read from now on.", "--mark-as-read");
        var unreadOnly = Inputs.Flag("--unread-only", "Only what was not read; the default.");
        var keep = Inputs.Flag("--no-mark-as-read", "Mark nothing as read; the default.");
        var count = Inputs.Flag("--count", "Only say how many there are.");
        var receipts = Inputs.Flag("--receipts", "Add who read each message, and when.", "--show-read-status");
        return new Verb<InboxMessages>("inbox", "Reads what an agent has not read of what concerns it.")
        {
            Accepts = [agent, limit, since, until, from, all, unreadOnly, acknowledge, keep, count, receipts],
            About = Explanation.Changes(
                "Reads only, unless --ack is given: then what is shown counts as read.",
                "lodestar msg inbox --agent A1B2C3D4",
                "lodestar msg inbox --agent A1B2C3D4 --ack"),
            Data = static () => PlaneJson.Default.InboxMessages,
            Text = MessageText.Inbox,
            Run = (given, cancellation) => given.Excluding(all, unreadOnly).Excluding(acknowledge, keep).InSessionAsync(
                new ReadInbox(given.Agent(agent), given.Get(limit) ?? 50, given.Get(acknowledge))
                {
                    Since = given.Get(since),
                    Until = given.Get(until),
                    From = given.Get(from),
                    AlsoRead = given.Get(all),
                    CountOnly = given.Get(count),
                    Receipts = given.Get(receipts),
                }.ExecuteAsync,
                cancellation),
        };
    }

    /// <summary><c>lodestar msg wait</c>.</summary>
    public static Verb Wait()
    {
        var agent = Inputs.Agent("Whose inbox.");
        var timeout = Inputs.Span("--timeout", "How long to wait, up to 1d; a bare number is seconds. Default: 30s.");
        var since = Inputs.Text("--since", "Wait for messages after this time or cursor, read or not, instead of unread ones.", "-s", "--after");
        var limit = Limit();
        var acknowledge = Inputs.Flag("--ack", "Count what is shown as read from now on.");
        return new Verb<AwaitedMessages>("wait", "Waits until there is something an agent has not read.")
        {
            Accepts = [agent, timeout, since, limit, acknowledge],
            EndsWithReader = true,
            About = Explanation.Changes(
                "Reads only, unless --ack is given: then what is shown counts as read. It sleeps until the store changes.",
                "lodestar msg wait --agent A1B2C3D4 --timeout 5m",
                "lodestar msg wait --ack --json"),
            Data = static () => PlaneJson.Default.AwaitedMessages,
            Text = MessageText.Awaited,
            Run = (given, cancellation) => given.InSessionAsync(
                new WaitForMessages(given.Agent(agent), given.Get(timeout) ?? TimeSpan.FromSeconds(30))
                {
                    Since = given.Get(since),
                    Limit = given.Get(limit) ?? 50,
                    Acknowledge = given.Get(acknowledge),
                }.ExecuteAsync,
                cancellation),
        };
    }

    /// <summary><c>lodestar msg search</c>.</summary>
    public static Verb Search()
    {
        var text = new Argument<string?>("text") { Description = "Text that occurs in the message or its headline; nothing in it is a wildcard.", Arity = ArgumentArity.ZeroOrOne };
        var keyword = Inputs.Text("--keyword", "The same, as an option.", "-k");
        keyword.Validators.Add(result =>
        {
            if (result.GetValue(text) is not null)
                result.AddError("the text to look for is given twice: as an argument and as --keyword");
        });
        var task = Inputs.Text("--task", "Only in this task's thread.", "-t");
        var from = Inputs.Text("--from", "Only of this sender.", "-f");
        var since = Inputs.Text("--since", "Only from this time on.", "-s");
        var until = Inputs.Text("--until", "Only up to this time.", "-u");
        var before = Inputs.Text("--before", "Only older than where an earlier answer stopped: its cursor.");
        var limit = Limit();
        return new Verb<FoundMessages>("search", "Finds messages anywhere in the project, newest first.")
        {
            Accepts = [text, keyword, task, from, since, until, before, limit],
            About = Explanation.Reads("lodestar msg search flaky", "lodestar msg search --task F001 --since 2031-05-14 --json"),
            Data = static () => PlaneJson.Default.FoundMessages,
            Text = MessageText.Found,
            Run = (given, cancellation) => given.InSessionAsync(
                new SearchMessages(given.Get(limit) ?? 50)
                {
                    Keyword = given.Get(keyword) ?? given.Get(text),
                    Task = given.Get(task),
                    From = given.Get(from),
                    Since = given.Get(since),
                    Until = given.Get(until),
                    Before = given.Get(before),
                }.ExecuteAsync,
                cancellation),
        };
    }

    /// <summary><c>lodestar msg mark-read</c>.</summary>
    public static Verb MarkAsRead()
    {
        var task = Inputs.Text("--task", "The task whose thread was read.", "-t");
        var agent = Inputs.Agent("Who has read it.");
        var messages = Inputs.Texts("--message-id", "Only this message; without one, the whole thread.", "-m");
        return new Verb<MarkedMessages>("mark-read", "Notes that an agent has read messages.")
        {
            Accepts = [task, agent, messages],
            About = Explanation.Changes(
                "Adds a receipt to each message; marking again changes nothing.",
                "lodestar msg mark-read --task F001 --agent A1B2C3D4",
                "lodestar msg mark-read --message-id M0123456789AB"),
            Data = static () => PlaneJson.Default.MarkedMessages,
            Text = (page, data) => page.Line($"Marked {data.MessagesMarked} as read by {data.AgentId}"),
            Run = (given, cancellation) => given.InSessionAsync(
                new MarkRead(given.Get(task), given.Agent(agent), [.. given.All(messages)]).ExecuteAsync, cancellation),
        };
    }

    private static Option<string> Since() => Inputs.Text("--since", "Only messages after this time, or after the cursor an answer gave.", "-s", "--after");

    private static Option<int?> Limit() => Inputs.Number("--limit", "At most so many; 50 when not given.", "-n");

    private static Option<bool> Receipts() => Inputs.Flag("--receipts", "Add who read each message, and when.");
}
