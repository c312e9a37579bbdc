using System.Text.Json.Nodes;
using Lodestar.Core;
using Lodestar.Engine.Agents;
using Lodestar.Engine.Processes;
using Lodestar.TestKit;

namespace Lodestar.Engine.Tests.Agents;

/// <summary>The agent protocol between a real host and a real agent.</summary>
public sealed class ScriptedAgentTests : IDisposable
{
    private readonly ScratchDirectory scratch = new();
    private readonly ProcessHosts hosts = new(BuiltPrograms.Lodestar);
    private readonly ProcessId process = new IdSource().Process();

    [Fact]
    public async Task A_builder_works_and_says_so()
    {
        var (report, events) = await RunAsync("""
            [{"write": {"path": "src/a.txt", "text": "one\n"}}, {"append": {"path": "src/a.txt", "text": "two\n"}},
             {"say": "half way"}, {"text": "built", "usage": {"cost_usd": 0.5, "tokens": 12}}]
            """);

        Assert.Equal((ExitStatus.Completed, "built", 0.5m, 12L), (report.Status, report.Text, report.CostUsd, report.Tokens));
        Assert.Equal("one\ntwo\n", File.ReadAllText(scratch.PathOf("src/a.txt")));
        Assert.Contains(events, one => one.Kind == "event" && one.Text.Contains("half way", StringComparison.Ordinal));
        Assert.Contains(events, one => one.Kind == "heartbeat");
    }

    [Theory]
    [InlineData("approved")]
    [InlineData("changes_requested")]
    public async Task A_reviewer_gives_its_verdict(string verdict)
    {
        var (report, _) = await RunAsync($$"""[{"text": "findings", "verdict": "{{verdict}}"}]""", "review");

        Assert.Equal((ExitStatus.Completed, verdict, "findings"), (report.Status, report.Verdict, report.Text));
    }

    [Fact]
    public async Task A_turn_is_chosen_by_round_and_attempt()
    {
        var script = """
            {"turns": [
              {"action": "implement", "attempt": 2, "round": 3, "steps": [{"no_change": "third round"}]},
              {"action": "implement", "attempt": 2, "steps": [{"no_change": "second attempt"}]},
              {"action": "implement", "steps": [{"no_change": "else"}]}]}
            """;

        Assert.Equal("second attempt", (await RunScriptAsync(script, "implement", round: 1, attempt: 2)).Report.NoChange);
    }

    [Theory]
    [InlineData("""[{"fail": "no_luck"}]""", ExitStatus.Failed, "no_luck")]
    [InlineData("""[{"exit": 0}]""", ExitStatus.Failed, "without its terminal event")]
    [InlineData("""[{"exit": 4}]""", ExitStatus.Failed, "code 4")]
    [InlineData("""[{"crash": true}]""", ExitStatus.Crashed, "signal 9")]
    [InlineData("""[{"raw": "{\"kind\":"}, {"exit": 0}]""", ExitStatus.Failed, "without its terminal event")]
    public async Task An_agent_without_a_last_word_has_not_succeeded(string steps, ExitStatus status, string problem)
    {
        var (report, _) = await RunAsync(steps);

        Assert.Equal(status, report.Status);
        Assert.Contains(problem, report.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Broken_lines_are_recorded_and_the_turn_goes_on()
    {
        var (report, events) = await RunAsync("""
            [{"raw": "no json\n"}, {"raw": "{\"kind\": \"party\"}\n"}, {"raw": "{\"kind\": \"log\", \"level\": \"loud\", \"message\": \"x\"}\n"},
             {"raw": "[]\n"}, {"text": "built"}]
            """);

        Assert.Equal((ExitStatus.Completed, "built"), (report.Status, report.Text));
        Assert.Equal(4, events.Count(one => one.Kind == "protocol-error"));
    }

    [Fact]
    public async Task The_last_word_of_an_agent_that_floods_and_leaves_at_once_is_heard()
    {
        var last = """{"kind":"event","message_id":"evt-1","correlation_id":"corr-1","task_id":"F1","from":{"agent_type":"builder"},"event":"builder.completed","payload":{"summary":"built","tests":{"status":"pass"}},"occurred_at":"2031-05-14T12:00:00Z"}""";
        var (report, events) = await RunAsync(
            $$"""[{"flood": 6000000}, {"raw": {{JsonValue.Create(last + "\n").ToJsonString()}}}, {"exit": 0}]""");

        Assert.Equal((ExitStatus.Completed, "built"), (report.Status, report.Text));
        Assert.True(report.OutputBytes > 6_000_000);
        Assert.DoesNotContain(events, one => one.Kind == "protocol-error");
    }

    [Fact]
    public async Task An_agent_that_ignores_signals_and_leaves_a_grandchild_is_ended_with_it()
    {
        await using var hosted = await hosts.StartAsync(
            Order("""[{"ignore_signals": true}, {"spawn_grandchild": true}, {"say": "ready"}, {"sleep_ms": 600000}]""", "implement"), default);
        await foreach (var happened in hosted.Events)
        {
            if (happened.Text.Contains("ready", StringComparison.Ordinal))
                break;
        }

        await hosted.StopAsync(StopReason.Aborted, default);

        Assert.Equal(ExitStatus.Stopped, (await hosted.Completion.WaitAsync(TimeSpan.FromSeconds(60))).Status);
        Assert.DoesNotContain(
            ProcessSearch.Find([new ProcessMark(process, hosted.Host, hosted.Program)]).Keys, entry => entry.Pid != hosted.Host.Pid);
    }

    [Fact]
    public async Task A_script_with_a_step_it_does_not_know_is_refused()
    {
        var (report, events) = await RunAsync("""[{"wirte": {"path": "a", "text": "b"}}]""");

        Assert.Equal((ExitStatus.Failed, 2), (report.Status, report.ExitCode));
        Assert.Contains(events, one => one.Kind == "stderr" && one.Text.Contains("wirte", StringComparison.Ordinal));
    }

    public void Dispose() => scratch.Dispose();

    private Task<(ExitReport Report, List<AgentEvent> Events)> RunAsync(string steps, string action = "implement") =>
        RunScriptAsync(Script(steps, action), action, 1, 1);

    private async Task<(ExitReport Report, List<AgentEvent> Events)> RunScriptAsync(string script, string action, int round, int attempt)
    {
        await using var hosted = await hosts.StartAsync(OrderFor(script, action, round, attempt), default);
        var report = await hosted.Completion.WaitAsync(TimeSpan.FromSeconds(60));
        var events = new List<AgentEvent>();
        await foreach (var happened in hosted.Events)
            events.Add(happened);
        return (report, events);
    }

    private HostOrder Order(string steps, string action) => OrderFor(Script(steps, action), action, 1, 1);

    private static string Script(string steps, string action) => $$"""{"turns": [{"action": "{{action}}", "steps": {{steps}}}]}""";

    private HostOrder OrderFor(string script, string action, int round, int attempt)
    {
        var file = scratch.Write("script.json", script);
        var line = AgentProtocol.Line(new AgentCommand(
            "command", "cmd-1", "corr-1", "F1", "ik:" + new string('0', 64), new AgentAddress("builder"), action,
            new JsonObject { ["round"] = round, ["attempt"] = attempt }, [], new ObservedVersion("snap-000000000000"),
            DateTimeOffset.UnixEpoch, new RetryState(0, 1), 5));
        return new HostOrder(
            process, "native", [.. BuiltPrograms.Lodestar, "__scripted", file], scratch.Root,
            new Dictionary<string, string> { ["PATH"] = "/usr/bin:/bin", ["HOME"] = scratch.Root }, 120_000, null,
            scratch.PathOf("log"), [], [], line);
    }
}
