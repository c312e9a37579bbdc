using System.Text;
using Lodestar.Engine.Processes;

namespace Lodestar.Engine.Tests.Processes;

public class ChildProcessTests
{
    private static readonly ChildLimits Limits = new(TimeSpan.FromSeconds(30), 1024 * 1024, 1024);

    [Fact]
    public async Task Both_pipes_are_read_while_the_input_is_written()
    {
        var input = Encoding.ASCII.GetBytes(new string('x', 512 * 1024));

        var result = await ChildProcess.RunAsync(Shell("cat; head -c 200000 /dev/zero >&2") with { Input = input }, Limits, default);

        Assert.Equal(input, result.Output);
        Assert.Equal(1024, result.Error.Length);
        Assert.False(result.Truncated);
    }

    [Fact]
    public async Task Output_beyond_the_limit_is_dropped_and_said()
    {
        var result = await ChildProcess.RunAsync(Shell("head -c 3000000 /dev/zero"), Limits, default);

        Assert.Equal(1024 * 1024, result.Output.Length);
        Assert.True(result.Truncated);
    }

    [Fact]
    public async Task The_environment_is_given_whole()
    {
        var result = await ChildProcess.RunAsync(new("/usr/bin/env", [], "/", Variables("A", "b=c\nd")), Limits, default);

        Assert.Equal("A=b=c\nd\n", Encoding.UTF8.GetString(result.Output));
    }

    [Fact]
    public async Task A_program_that_ignores_the_polite_stop_is_killed()
    {
        await using var child = ChildProcess.Start(Shell("trap '' TERM; echo ready; while :; do /bin/sleep 1; done"));
        await child.Output.ReadExactlyAsync(new byte[6]);

        await child.StopAsync(TimeSpan.FromMilliseconds(20));

        Assert.Equal(9, (await child.Exit).Signal);
    }

    [Fact]
    public async Task A_program_beyond_its_time_is_stopped() =>
        await Assert.ThrowsAsync<ChildTimedOutException>(() => ChildProcess.RunAsync(
            Shell("exec /bin/sleep 600"), Limits with { Time = TimeSpan.FromMilliseconds(50) }, default));

    [Fact]
    public async Task A_cancelled_wait_stops_the_program_and_stays_a_cancellation()
    {
        using var cancel = new CancellationTokenSource();
        var running = ChildProcess.RunAsync(Shell("exec /bin/sleep 600"), Limits, cancel.Token);

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    [Fact]
    public async Task A_grandchild_that_keeps_the_pipes_open_does_not_keep_us()
    {
        var result = await ChildProcess.RunAsync(
            Shell("/bin/sleep 20 & echo $!"), Limits with { Linger = TimeSpan.FromMilliseconds(50) }, default);

        Assert.Equal(0, result.Exit.Code);
        using var sleeper = System.Diagnostics.Process.GetProcessById(int.Parse(Encoding.ASCII.GetString(result.Output)));
        sleeper.Kill();
    }

    [Theory]
    [InlineData("/nowhere/program", "/")]
    [InlineData("sh", "/")]
    [InlineData("/bin/sh", "/nowhere")]
    [InlineData("/etc/passwd", "/")]
    public void What_cannot_be_started_says_so(string program, string directory) =>
        Assert.Throws<ChildNotStartedException>(() => ChildProcess.Start(new(program, [], directory, Variables("A", "b"))));

    private static ChildOrder Shell(string script) => new("/bin/sh", ["-c", script], "/", Variables("PATH", "/usr/bin:/bin"));

    private static Dictionary<string, string> Variables(string name, string value) => new() { [name] = value };
}
