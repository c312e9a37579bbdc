using System.Text.Json;
using System.Text.Json.Nodes;
using Lodestar.Core;
using Lodestar.Engine.Operations;

namespace Lodestar.Cli.Commands;

/// <summary><c>lodestar events</c>: what happened, and what happens.</summary>
internal static class EventsCommand
{
    /// <summary>Declares the verb.</summary>
    public static Verb Create()
    {
        var since = Inputs.LongNumber("--since", "Only events after this number: the cursor of an earlier answer. Default: all, and with --follow those from now on.", "-s");
        var follow = Inputs.Flag("--follow", "Go on telling what happens, one event a line, until Ctrl-C.");
        var types = Inputs.Texts("--type", "Only this type, for example task.claim; task alone stands for all that begin with task.");
        var task = Inputs.Text("--task", "Only what happened to this task.", "-t");
        var agent = Inputs.Text("--agent", "Only what this agent did.", "-a");
        var limit = Inputs.Number("--limit", "At most so many; 200 when not given. With --follow: end after so many.", "-n");
        var timeout = Inputs.Span("--timeout", "With --follow: end after so long, up to 1d; a bare number is seconds.");
        return new Verb<EventPage>("events", "Reads what happened in the project, or follows what happens.")
        {
            Accepts = [since, follow, types, task, agent, limit, timeout],
            EndsInOrder = true,
            EndsWithReader = true,
            About = Explanation.Reads(
                "lodestar events", "lodestar events --type task --task F001", "lodestar events --follow --json", "lodestar events --since 42"),
            Data = static () => PlaneJson.Default.EventPage,
            Text = Show,
            Run = (given, cancellation) => given.InSessionAsync(
                (session, token) =>
                {
                    var following = given.Get(follow);
                    if (!following && given.Has(timeout))
                        throw new UsageException("--timeout needs --follow.");
                    var question = new ListEvents(given.Get(since) ?? 0, following ? 200 : given.Get(limit) ?? 200)
                    {
                        Types = [.. given.All(types)],
                        Task = given.Get(task),
                        Agent = given.Get(agent),
                    };
                    return following
                        ? new FollowEvents(question) { FromNow = !given.Has(since), Most = given.Get(limit), Timeout = given.Get(timeout) }
                            .ExecuteAsync(session, line => Tell(given.Context, line), gap => Report(given.Context, gap), token)
                        : question.ExecuteAsync(session, token);
                },
                cancellation),
        };
    }

    private static void Show(Page page, EventPage events)
    {
        foreach (var line in events.Events)
            page.Line(Sentence(line));
        if (events.Events.IsEmpty && events.Count == 0)
            page.Line("Nothing happened.", Ink.Dim);
        if (events.More)
            page.Line($"There may be more: --since {events.Cursor}", Ink.Dim);
    }

    private static void Tell(CommandContext context, EventLine line)
    {
        if (context.Output.Json)
        {
            context.Output.WriteData(JsonSerializer.Serialize(line, PlaneJson.Default.EventLine) + "\n");
            return;
        }

        var page = new Page(context.Output.DataShape, context.Clock.GetUtcNow());
        page.Line(Sentence(line));
        context.Output.WriteData(page.ToUtf8());
    }

    private static void Report(CommandContext context, EventGap gap) => context.Progress.Report(gap switch
    {
        EventGap.StoreReplaced => Note(context, "store.replaced", "The runtime store was replaced; its events begin anew."),
        _ => Note(context, "events.forgotten", "The first events after that number are not kept any more."),
    });

    private static ProgressNote Note(CommandContext context, string type, string text) =>
        new(type, text, context.Clock.GetUtcNow(), null, null, []);

    private static string Sentence(EventLine line)
    {
        var facts = line.Data.Select(pair => $"{pair.Key}={Value(pair.Value)}");
        return $"{line.Seq,6}  {line.At:yyyy-MM-dd HH:mm:ss}  {line.Type,-16} {line.AgentId?.Value ?? "-",-9} {line.TaskId?.Value ?? "-",-8} {string.Join(' ', facts)}".TrimEnd();
    }

    private static string Value(JsonNode? value) =>
        value is JsonValue text && text.TryGetValue<string>(out var word) ? ShellWord.Quote(word) : value?.ToJsonString() ?? "null";
}
