using System.Text;
using Lodestar.Engine.Agents;
using Lodestar.Engine.Processes;
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

    private TurnAnswer Say(string line) => turn.OnOutput(new BoundedLine(line.Trim(' ', '\n'), 0, Torn: false), Noon);
}
