using System.Diagnostics;
using System.Text.Json;
using Lodestar.Core;
using Lodestar.Engine.Processes;
using Lodestar.TestKit;

namespace Lodestar.Engine.Tests.Processes;

public sealed class HostTests : IDisposable
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly ScratchDirectory scratch = new();
    private readonly ProcessHosts hosts = new(BuiltPrograms.Lodestar);
    private readonly ProcessId process = new IdSource().Process();

    [Fact]
    public async Task A_program_that_exits_with_zero_is_completed_and_its_words_are_kept()
    {
        var report = await RunAsync("say", "one", "err", "noise", "say", "two");

        Assert.Equal((ExitStatus.Completed, 0), (report.Status, report.ExitCode));
        Assert.Equal("one\ntwo\n", report.Text);
        Assert.Equal(report, await hosts.ReadReportAsync(process, Log, None));
        Assert.Equal([1L, 2, 3], Logged().Select(one => one.Seq));
    }

    [Fact]
    public async Task What_a_program_says_arrives_while_it_runs()
    {
        await using var hosted = await StartAsync("say", "ready", "wait", scratch.PathOf("go"));

        var first = await FirstEventAsync(hosted);
        File.WriteAllText(scratch.PathOf("go"), "");

        Assert.Equal(new AgentEvent("stdout", "ready"), first);
        Assert.Equal(ExitStatus.Completed, (await hosted.Completion.WaitAsync(Patience)).Status);
    }

    [Theory]
    [InlineData("VERDICT: approved", "approved", null, "fine\n")]
    [InlineData("VERDICT: changes_requested", "changes_requested", null, "fine\n")]
    [InlineData("VERDICT: approved.", null, null, "fine\nVERDICT: approved.\n\n")]
    [InlineData(" VERDICT: approved", null, null, "fine\n VERDICT: approved\n\n")]
    [InlineData("NO_CHANGE: it is done already", null, "it is done already", "fine\n")]
    [InlineData("NO_CHANGE: ", null, null, "fine\nNO_CHANGE: \n\n")]
    public async Task Only_a_whole_last_line_is_a_verdict(string last, string? verdict, string? noChange, string text)
    {
        var report = await RunAsync("say", "fine", "say", last, "say", "");

        Assert.Equal((verdict, noChange), (report.Verdict, report.NoChange));
        Assert.Equal(text, report.Text);
    }

    [Fact]
    public async Task A_verdict_of_a_program_that_failed_does_not_count()
    {
        var report = await RunAsync("say", "VERDICT: approved", "exit", "3");

        Assert.Equal((ExitStatus.Failed, 3, null), (report.Status, report.ExitCode, report.Verdict));
    }

    [Fact]
    public async Task What_a_failed_agent_complained_of_is_among_its_last_words()
    {
        var failed = await RunAsync("say", "half way", "err", "no identity", "exit", "128");
        var done = await RunAsync("err", "a warning", "say", "VERDICT: approved");

        Assert.Equal("half way\nno identity\n", failed.Text);
        Assert.Equal(("approved", ""), (done.Verdict, done.Text));
    }

    [Fact]
    public async Task A_program_that_kills_itself_crashed()
    {
        var report = await RunAsync("say", "x", "crash");

        Assert.Equal((ExitStatus.Crashed, 9), (report.Status, report.Signal));
    }

    [Fact]
    public async Task A_program_that_is_not_there_is_not_started()
    {
        await using var hosted = await hosts.StartAsync(Order() with { Command = ["/nowhere/agent"] }, None);

        Assert.Null(hosted.Program);
        Assert.Equal(ExitStatus.NotStarted, (await hosted.Completion.WaitAsync(Patience)).Status);
    }

    [Fact]
    public async Task A_program_beyond_its_time_is_stopped_though_it_ignores_the_polite_way()
    {
        await using var hosted = await hosts.StartAsync(Order("ignore", "say", "x", "hang") with { TimeoutMs = 1_000 }, None);

        Assert.Equal(ExitStatus.TimedOut, (await hosted.Completion.WaitAsync(Patience)).Status);
        AssertNothingAlive(hosted);
    }

    [Fact]
    public async Task A_program_that_says_nothing_for_too_long_is_stopped()
    {
        await using var hosted = await hosts.StartAsync(Order("hang") with { StallMs = 300 }, None);

        var report = await hosted.Completion.WaitAsync(Patience);
        Assert.Equal(ExitStatus.TimedOut, report.Status);
        Assert.Contains("said nothing", report.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stopping_ends_the_whole_tree()
    {
        await using var hosted = await StartAsync("child", "daemon", "say", "ready", "hang");
        await FirstEventAsync(hosted);

        await hosted.StopAsync(StopReason.Paused, None);

        Assert.Equal(ExitStatus.Stopped, (await hosted.Completion.WaitAsync(Patience)).Status);
        AssertNothingAlive(hosted);
    }

    [Fact]
    public async Task What_a_program_leaves_running_is_ended_before_the_report()
    {
        await using var hosted = await StartAsync("child", "daemon", "say", "bye");

        var report = await hosted.Completion.WaitAsync(Patience);

        Assert.Equal(ExitStatus.Completed, report.Status);
        Assert.True(report.Survivors >= 2, $"{report.Survivors} survivors");
        AssertNothingAlive(hosted);
    }

    [Fact]
    public async Task A_killed_host_is_a_crash_and_its_tree_is_ended()
    {
        await using var hosted = await StartAsync("child", "daemon", "ignore", "say", "ready", "hang");
        await FirstEventAsync(hosted);

        Kill(hosted.Host.Pid);

        var report = await hosted.Completion.WaitAsync(Patience);
        Assert.Equal(ExitStatus.Crashed, report.Status);
        Assert.Contains("signal 9", report.Problem, StringComparison.Ordinal);
        Assert.Null(await hosts.ReadReportAsync(process, Log, None));
        AssertNothingAlive(hosted);
    }

    [Fact]
    public async Task When_the_engine_is_killed_nothing_is_alive_within_five_seconds()
    {
        // A sleeper stands in for the engine: it holds the lifeline and is killed.
        var order = JsonSerializer.Serialize(Order("child", "daemon", "ignore", "say", "ready", "hang"), HostJson.Default.HostOrder);
        scratch.Write("order.json", order + "\n");
        var host = string.Join(' ', BuiltPrograms.Lodestar.Select(word => $"'{word}'"));
        await using var engine = ChildProcess.Start(new ChildOrder(
            "/bin/bash",
            ["-c", $"exec 3> >(exec {host} host 2> /dev/null); cat order.json >&3; exec /bin/sleep 600"],
            scratch.Root,
            AgentEnvironmentForTests()));
        using var reader = new StreamReader(engine.Output);
        var started = await reader.ReadLineAsync().WaitAsync(Patience);
        while (await reader.ReadLineAsync().WaitAsync(Patience) is { } line && !line.Contains("ready", StringComparison.Ordinal))
        {
        }

        var running = JsonSerializer.Deserialize(started!, HostJson.Default.HostMessage)!.Started!;
        var mark = new ProcessMark(process, running.Host, running.Program);
        Assert.Equal(Liveness.Alive, hosts.Look(mark));
        var clock = Stopwatch.StartNew();
        engine.Kill();
        using var handle = LinuxNative.OpenProcess(running.Host.Pid);
        Assert.True(handle is null || LinuxNative.WaitForEnd(handle, TimeSpan.FromSeconds(5)), "The host lives on.");

        Assert.Equal(Liveness.Dead, hosts.Look(mark));
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(5));
        Assert.Equal(ExitStatus.OwnerLost, (await hosts.ReadReportAsync(process, Log, None))?.Status);
    }

    [Fact]
    public async Task What_outlived_engine_and_host_is_found_by_its_marker_and_ended()
    {
        // Nobody but the marker knows of it: the registry row of a program in "spawning" has no pid.
        var mark = new ProcessMark(process, null, null);
        await using var stray = ChildProcess.Start(new ChildOrder(
            "/bin/sh", ["-c", "trap '' TERM; echo ready; while :; do sleep 1; done"], "/",
            new Dictionary<string, string> { ["PATH"] = "/usr/bin:/bin", [ProcessHosts.Marker] = process.Value }));
        await stray.Output.ReadExactlyAsync(new byte[6]);
        Assert.Equal(Liveness.Alive, hosts.Look(mark));

        var ended = await hosts.EndAsync([mark, new ProcessMark(new IdSource().Process(), null, null)], None);

        Assert.Equal([process], ended);
        Assert.Equal(Liveness.Dead, hosts.Look(mark));
    }

    [Fact]
    public async Task A_pid_that_was_given_to_another_is_left_alone()
    {
        await using var other = ChildProcess.Start(new ChildOrder(
            "/bin/sleep", ["600"], "/", new Dictionary<string, string>()));
        var identity = ProcessTable.Identify(other.Pid)!;
        var mark = new ProcessMark(process, identity with { StartTicks = identity.StartTicks - 1 }, null);

        Assert.Equal(Liveness.Dead, hosts.Look(mark));
        Assert.Empty(await hosts.EndAsync([mark], None));
        Assert.False(other.Exit.IsCompleted);
    }

    [Fact]
    public void What_may_live_in_another_pid_namespace_is_unknown()
    {
        var identity = new ProcessIdentity(1, 1, ProcessTable.BootId, "pid:[1]");

        Assert.Equal(Liveness.Unknown, hosts.Look(new ProcessMark(process, identity, null)));
        Assert.Equal(Liveness.Dead, hosts.Look(new ProcessMark(process, identity with { BootId = "another" }, null)));
    }

    [Fact]
    public async Task A_flood_is_bounded_and_what_was_dropped_is_said()
    {
        var report = await RunAsync("flood", "30000000", "say", "VERDICT: approved");

        Assert.Equal("approved", report.Verdict);
        Assert.True(report.OutputBytes > 30_000_000);
        Assert.True(report.Text.Length <= 70_000);
        Assert.Contains("bytes dropped]", report.Text, StringComparison.Ordinal);
        Assert.True(new FileInfo(Path.Combine(Log, "events.ndjson")).Length <= 8 * 1024 * 1024 + 1024);
        Assert.Equal("dropped", Logged()[^1].Kind);
    }

    [Fact]
    public async Task An_endless_line_is_cut_and_is_no_verdict()
    {
        var report = await RunAsync("say", "VERDICT: approved", "long", "200000");

        Assert.Null(report.Verdict);
        Assert.Contains(Logged(), one => one.Kind == "dropped");
    }

    [Fact]
    public async Task Bytes_that_are_no_text_are_replaced()
    {
        var report = await RunAsync("bytes", "61ff62000a");

        Assert.Equal("a\uFFFDb\0\n", report.Text);
    }

    [Fact]
    public async Task Secrets_are_neither_stored_nor_passed_on()
    {
        await using var hosted = await hosts.StartAsync(
            Order("say", "hunter22 and GITHUB_TOKEN=abcdefgh", "err", "x hunter22 shop-123456") with { Secrets = ["hunter22"], Redact = [@"shop-\d+"] }, None);
        var report = await hosted.Completion.WaitAsync(Patience);

        Assert.Equal("[redacted] and GITHUB_TOKEN=[redacted]\n", report.Text);
        foreach (var file in Directory.EnumerateFiles(Log))
        {
            Assert.DoesNotContain("hunter22", File.ReadAllText(file), StringComparison.Ordinal);
            Assert.DoesNotContain("abcdefgh", File.ReadAllText(file), StringComparison.Ordinal);
            Assert.DoesNotContain("123456", File.ReadAllText(file), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_program_gets_its_own_environment_and_an_empty_input()
    {
        var report = await RunAsync("env", "LODESTAR_PROCESS", "env", "ONLY", "env", "USER", "read");

        Assert.Equal($"{process}\nthis\n(none)\n0\n", report.Text);
    }

    [Fact]
    public async Task A_check_keeps_the_last_words_of_both_streams_and_has_no_verdict()
    {
        await using var hosted = await hosts.StartAsync(
            Order() with { Adapter = "command", Command = ["/bin/sh", "-c", "echo out; echo err >&2; echo VERDICT: approved"] }, None);
        var report = await hosted.Completion.WaitAsync(Patience);

        Assert.Null(report.Verdict);
        Assert.Contains("err\n", report.Text, StringComparison.Ordinal);
        Assert.Contains("VERDICT: approved\n", report.Text, StringComparison.Ordinal);
    }

    public void Dispose() => scratch.Dispose();

    private string Log => scratch.PathOf("log");

    private HostOrder Order(params string[] steps) => new(
        process, "exec", [.. BuiltPrograms.FakeAgent, .. steps], scratch.Root, AgentEnvironmentForTests(), 120_000, null, Log, [], []);

    private Dictionary<string, string> AgentEnvironmentForTests() => new()
    {
        ["PATH"] = "/usr/bin:/bin",
        ["HOME"] = scratch.Root,
        ["ONLY"] = "this",
        ["DOTNET_CLI_HOME"] = scratch.Root,
        ["LODESTAR_PROCESS"] = process.Value,
    };

    private Task<IHostedProcess> StartAsync(params string[] steps) => hosts.StartAsync(Order(steps), None);

    private async Task<ExitReport> RunAsync(params string[] steps)
    {
        await using var hosted = await StartAsync(steps);
        return await hosted.Completion.WaitAsync(Patience);
    }

    private static async Task<AgentEvent> FirstEventAsync(IHostedProcess hosted)
    {
        await using var events = hosted.Events.GetAsyncEnumerator();
        Assert.True(await events.MoveNextAsync().AsTask().WaitAsync(Patience));
        return events.Current;
    }

    private void AssertNothingAlive(IHostedProcess hosted) =>
        // The host itself may still be on its way out.
        Assert.DoesNotContain(
            ProcessSearch.Find([new ProcessMark(process, hosted.Host, hosted.Program)]).Keys, entry => entry.Pid != hosted.Host.Pid);

    private List<LoggedEvent> Logged() =>
        [.. File.ReadLines(Path.Combine(Log, "events.ndjson")).Select(line => JsonSerializer.Deserialize(line, HostJson.Default.LoggedEvent)!)];

    private static void Kill(int pid)
    {
        using var handle = LinuxNative.OpenProcess(pid)!;
        Assert.True(LinuxNative.Send(handle, LinuxNative.SigKill));
    }
}
