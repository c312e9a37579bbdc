using System.Text;
using System.Text.Json.Nodes;
using Lodestar.Engine.Agents;
using Lodestar.Engine.Processes;
using Lodestar.Engine.Schemas;
using Lodestar.TestKit;

namespace Lodestar.Engine.Tests.Agents;

/// <summary>What agents that misbehave in the protocol lead to, line by line.</summary>
public sealed class NativeTurnTests
{
    private const string Command = """
        {"kind":"command","message_id":"cmd-1","correlation_id":"corr-1","task_id":"F001","to":{"agent_type":"reviewer"},"action":"review","version":{"snapshot_id":"snap-0123456789ab"}}
        """;

    private const string Approval = """
        {"kind":"event","message_id":"evt-1","correlation_id":"corr-1","task_id":"F001","from":{"agent_type":"reviewer"},"event":"review.completed","status":"approved","payload":{"summary":"Fine."},"occurred_at":"2031-05-14T12:00:00Z"}
        """;

    private static readonly DateTimeOffset Noon = new(2031, 5, 14, 12, 0, 0, TimeSpan.Zero);
    private readonly NativeTurn turn = new(new Redactor([], []), Command, Noon);

    [Theory]
    [InlineData("corr-1", "corr-2")]
    [InlineData("F001", "F002")]
    [InlineData("\"agent_type\":\"reviewer\"", "\"agent_type\":\"builder\"")]
    [InlineData("\"payload\"", "\"observed_version\":{\"snapshot_id\":\"snap-ba9876543210\"},\"payload\"")]
    [InlineData("review.completed", "review.finished")]
    [InlineData("\"kind\":\"event\"", "\"kind\":\"verdict\"")]
    [InlineData("\"from\":{\"agent_type\":\"reviewer\"},", "")]
    [InlineData("\"message_id\":\"evt-1\",", "")]
    [InlineData("{\"kind\"", "\0{\"kind\"")]
    [InlineData("}", "")]
    [InlineData("{\"kind\"", "{\"kind\":\"event\"}{\"kind\"")]
    [InlineData("F001", "\\ud800")]
    [InlineData("Fine.", "\\udc00\\ud800")]
    [InlineData("approved", "\\ud800")]
    public void An_answer_to_something_else_or_from_somebody_else_ends_nothing(string old, string now)
    {
        Assert.Equal("protocol-error", Say(Approval.Replace(old, now, StringComparison.Ordinal)).Kind);

        Assert.False(turn.LastWord.IsCompleted);
        Assert.Equal(ExitStatus.Failed, turn.End(new ChildExit(0, null)).Status);
    }

    [Theory]
    [InlineData("builder.completed")]
    [InlineData("spec.updated")]
    public void The_last_word_of_another_action_ends_nothing(string other)
    {
        Say(Approval.Replace("review.completed", other, StringComparison.Ordinal));

        Assert.False(turn.LastWord.IsCompleted);
    }

    [Theory]
    [InlineData("rejected")]
    [InlineData("APPROVED")]
    [InlineData("")]
    public void A_status_nobody_knows_approves_nothing(string status)
    {
        Say(Approval.Replace("\"status\":\"approved\"", $"\"status\":\"{status}\"", StringComparison.Ordinal));

        var end = turn.End(new ChildExit(0, null));
        Assert.Equal((ExitStatus.Failed, null), (end.Status, end.Verdict));
    }

    [Theory]
    [InlineData("""{"status":"pass"}""", true)]
    [InlineData("""{"status":"fail","allowed_failures":true}""", true)]
    [InlineData("""{"status":"fail","allowed_failures":"yes"}""", false)]
    [InlineData("""{"status":"PASS"}""", false)]
    [InlineData("""{"status":"passed"}""", false)]
    [InlineData("""{"status":null}""", false)]
    [InlineData("""[]""", false)]
    [InlineData("""null""", false)]
    public void Only_the_explicit_word_passes_a_builders_own_tests(string tests, bool passes)
    {
        var built = new NativeTurn(
            new Redactor([], []), Command.Replace("reviewer", "builder", StringComparison.Ordinal).Replace("\"review\"", "\"implement\"", StringComparison.Ordinal), Noon);
        built.OnOutput(new BoundedLine(
            Approval.Trim().Replace("reviewer", "builder", StringComparison.Ordinal)
                .Replace("review.completed", "builder.completed", StringComparison.Ordinal)
                .Replace("{\"summary\":\"Fine.\"}", $"{{\"tests\":{tests}}}", StringComparison.Ordinal),
            0,
            Torn: false), Noon);

        Assert.True(built.LastWord.IsCompleted);
        Assert.Equal(passes ? ExitStatus.Completed : ExitStatus.Failed, built.End(new ChildExit(0, null)).Status);
    }

    [Fact]
    public void Any_line_is_a_message_or_an_error_and_says_nothing_that_was_not_said() => Fuzzing.Run(4000, random =>
    {
        var turn = new NativeTurn(new Redactor([], []), Command, Noon);
        var line = Fuzzing.Damaged(random, Approval.Trim());
        if (random.Next(4) == 0)
            line = line.Insert(random.Next(line.Length + 1), Fuzzing.Pick(random, ["\\ud800", "\\u0000", "\\udc00\\ud800", "\\u00e9", "\\"]));

        // What comes out of a pipe went through UTF-8.
        line = Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(line));

        var answer = turn.OnOutput(new BoundedLine(line, 0, Torn: false), Noon);

        Assert.True(answer.Kind is "event" or "log" or "heartbeat" or "protocol-error", answer.Kind);
        Assert.True(turn.LastWord.IsCompleted || turn.End(new ChildExit(0, null)).Status == ExitStatus.Failed);
        Assert.True(answer.Kind == "event" || !turn.LastWord.IsCompleted);
    });

    /// <summary>What a turn takes and what <c>lodestar validate</c> calls sound is the same.</summary>
    [Theory]
    [InlineData("""{"kind":"event","message_id":"evt-1","correlation_id":"corr-1","task_id":"F001","from":{"agent_type":"reviewer","agent_id":"A1"},"event":"review.completed","status":"approved","payload":{"summary":"Fine.","usage":{"cost_usd":0.5,"tokens":7}},"artifacts":[{"path":"a/b","sha256":"0000000000000000000000000000000000000000000000000000000000000000","size":3}],"observed_version":{"snapshot_id":"snap-0123456789ab"},"occurred_at":"2031-05-14T12:00:00Z"}""")]
    [InlineData("""{"kind":"event","message_id":"evt-1","correlation_id":"corr-1","task_id":"F001","from":{"agent_type":"reviewer"},"event":"builder.completed","payload":{"tests":{"status":"pass","summary":"ok","allowed_failures":true},"no_change":"none"},"occurred_at":"2031-05-14T12:00:00Z"}""")]
    [InlineData("""{"kind":"event","message_id":"evt-1","correlation_id":"corr-1","task_id":"F001","from":{"agent_type":"reviewer"},"event":"error","payload":{"code":"c","message":"m"},"occurred_at":"2031-05-14T12:00:00Z"}""")]
    [InlineData("""{"kind":"heartbeat","agent":{"agent_type":"reviewer","agent_id":"A1"},"seq":1,"status":"busy","pid":7,"ppid":1,"uptime_s":1,"last_activity_at":"2031-05-14T12:00:00Z","stats":{"cpu_pct":1,"rss_bytes":2},"task_id":"F001"}""")]
    [InlineData("""{"kind":"log","level":"info","message":"hello","fields":{},"timestamp":"2031-05-14T12:00:00Z"}""")]
    public void A_turn_takes_exactly_the_lines_that_fit_what_is_published(string line)
    {
        const string command = """{"kind":"command","message_id":"cmd-0123abcd","correlation_id":"corr-1","task_id":"F001","idempotency_key":"ik:0000000000000000000000000000000000000000000000000000000000000000","to":{"agent_type":"reviewer"},"action":"review","inputs":{"attempt":1,"round":1},"expected_outputs":[],"version":{"snapshot_id":"snap-0123456789ab"},"deadline":"2031-05-14T12:00:00Z","retry":{"attempt":0,"max_attempts":3},"priority":5}""";
        var sound = 0;
        string[] changed = [line, "  ", "{}", line + line, line.Insert(1, "\"kind\":\"log\","), .. Changed(line)];
        foreach (var said in changed)
        {
            var turn = new NativeTurn(new Redactor([], []), command, Noon);
            var problems = new FileProblems();
            new TranscriptCheck(problems).Check(Encoding.UTF8.GetBytes($"{command}\n{said}\n"));

            var isRefused = turn.OnOutput(new BoundedLine(said, 0, Torn: false), Noon).Kind == "protocol-error";

            if (problems.Count == 0)
                Assert.False(isRefused, said);
            else
                Assert.True(isRefused || (turn.LastWord.IsCompleted && turn.End(new ChildExit(0, null)).Status == ExitStatus.Failed), $"{said}\n{problems.Listed[0]}");
            sound += problems.Count == 0 ? 1 : 0;
        }

        Assert.InRange(sound, 3, changed.Length / 2);
    }

    [Fact]
    public void Of_two_answers_the_first_counts()
    {
        Say(Approval.Replace("approved", "changes_requested", StringComparison.Ordinal));
        Say(Approval);

        Assert.Equal("changes_requested", turn.End(new ChildExit(0, null)).Verdict);
    }

    [Fact]
    public void An_error_event_ends_the_turn_at_once_with_its_code()
    {
        Say("""
            {"kind":"event","message_id":"evt-1","correlation_id":"corr-1","task_id":"F001","from":{"agent_type":"reviewer"},"event":"error","payload":{"code":"version_mismatch","message":"Another tree."},"occurred_at":"2031-05-14T12:00:00Z"}
            """);

        Assert.True(turn.LastWord.IsCompleted);
        Assert.Contains("version_mismatch", turn.End(new ChildExit(1, null)).Problem);
    }

    [Fact]
    public void An_agent_that_died_has_not_succeeded_whatever_its_code()
    {
        Assert.Equal(ExitStatus.Failed, turn.End(new ChildExit(0, null)).Status);
        Assert.Equal(ExitStatus.Crashed, turn.End(new ChildExit(null, 11)).Status);
    }

    [Fact]
    public void Broken_lines_are_answered_once_recorded_within_bounds_and_end_nothing()
    {
        var answers = Enumerable.Range(0, 1000).Select(_ => Say("what?")).ToArray();
        Say(Approval);

        Assert.Single(answers, answer => answer.Reply is not null);
        Assert.Equal(20, answers.Count(answer => answer.Kind == "protocol-error"));
        Assert.Equal("approved", turn.End(new ChildExit(0, null)).Verdict);
    }

    [Fact]
    public void A_line_cut_off_or_without_an_end_is_no_message()
    {
        Assert.Equal("protocol-error", turn.OnOutput(new BoundedLine(Approval, 1, Torn: false), Noon).Kind);
        Assert.Equal("protocol-error", turn.OnOutput(new BoundedLine(Approval, 0, Torn: true), Noon).Kind);
        Assert.False(turn.LastWord.IsCompleted);
    }

    [Fact]
    public void Three_missed_heartbeats_are_told_once_until_the_next()
    {
        const string beat = """{"kind":"heartbeat","agent":{"agent_type":"reviewer","agent_id":"A1"},"seq":1,"status":"busy","pid":7,"uptime_s":1,"last_activity_at":"2031-05-14T12:00:00Z"}""";
        Assert.Null(turn.MissingSign(Noon.AddSeconds(29)));
        Assert.Equal("heartbeat-missed", turn.MissingSign(Noon.AddSeconds(30))?.Kind);
        Assert.Null(turn.MissingSign(Noon.AddSeconds(90)));

        turn.OnOutput(new BoundedLine(beat, 0, Torn: false), Noon.AddSeconds(91));

        Assert.NotNull(turn.MissingSign(Noon.AddSeconds(121)));
    }

    /// <summary>The line with each of its members, however deep, gone or of another value.</summary>
    private static IEnumerable<string> Changed(string line)
    {
        JsonNode?[] values = [null, "", "x", "../x", -1, 0, 1.5, true, new JsonArray(), new JsonArray(1), new JsonObject()];
        var places = Members(JsonNode.Parse(line)!).Select(member => (Path: member.Parent!.GetPath(), Name: member.GetPropertyName())).ToArray();
        foreach (var (path, name) in places)
        {
            foreach (var value in values.Append("gone"))
            {
                var whole = JsonNode.Parse(line)!;
                var holder = Members(whole).First(member => member.Parent!.GetPath() == path).Parent!.AsObject();
                holder.Remove(name);
                if (value?.ToString() != "gone")
                    holder[name] = value?.DeepClone();
                yield return whole.ToJsonString();
            }
        }
    }

    private static IEnumerable<JsonNode> Members(JsonNode node) => node switch
    {
        JsonObject members => members.SelectMany(member => Members(member.Value!).Prepend(member.Value!)),
        JsonArray items => items.SelectMany(item => Members(item!)),
        _ => [],
    };

    private TurnAnswer Say(string line) => turn.OnOutput(new BoundedLine(line.Trim(' ', '\n'), 0, Torn: false), Noon);
}
