using Lodestar.Engine.Processes;
using Lodestar.TestKit;

namespace Lodestar.Engine.Tests.Processes;

public sealed class HostedProcessTests : IDisposable
{
    private readonly ScratchDirectory scratch = new();

    [Fact]
    public async Task Both_who_hold_a_program_may_let_go_of_it_and_neither_fails()
    {
        var hosted = await new ProcessHosts(BuiltPrograms.Lodestar).StartAsync(
            new HostOrder(
                new IdSource().Process(),
                "exec",
                [.. BuiltPrograms.FakeAgent, "hang"],
                scratch.Root,
                new Dictionary<string, string> { ["PATH"] = Environment.GetEnvironmentVariable("PATH")! },
                600_000,
                null,
                scratch.PathOf("log"),
                [],
                []),
            CancellationToken.None);

        var first = hosted.DisposeAsync();
        var second = hosted.DisposeAsync();
        await hosted.StopAsync(StopReason.Aborted, CancellationToken.None);
        await first;
        await second;
        await hosted.DisposeAsync();
        await hosted.StopAsync(StopReason.Aborted, CancellationToken.None);

        Assert.NotEqual(ExitStatus.Completed, (await hosted.Completion).Status);
    }

    public void Dispose() => scratch.Dispose();
}
