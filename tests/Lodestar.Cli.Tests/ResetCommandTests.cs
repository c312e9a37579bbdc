using Lodestar.TestKit;

namespace Lodestar.Cli.Tests;

public sealed class ResetCommandTests : IDisposable
{
    private readonly MemoryConsole console = new();

    public void Dispose() => console.Dispose();

    [Theory]
    [InlineData(null, false, 1, true)]
    [InlineData("no", false, 0, true)]
    [InlineData("yes", false, 0, false)]
    [InlineData("yes", true, 1, true)]
    [InlineData("yes|no", true, 0, true)]
    [InlineData("yes|delete", true, 0, false)]
    public async Task Text_asks_once_for_the_runtime_and_twice_for_definitions(string? answers, bool hard, int exit, bool isKept)
    {
        await console.RunAsync("init");
        await console.RunAsync("task", "create", "--id", "T1", "--title", "One");
        await console.RunAsync("agent", "join");
        console.Types(answers?.Split('|') ?? []);

        var run = await console.RunAsync(["reset", .. hard ? ["--hard"] : Array.Empty<string>()]);

        Assert.Equal(exit, run.ExitCode);
        Assert.Equal(isKept, File.Exists(console.Scratch.PathOf(".lodestar", "runtime.sqlite")));
        Assert.Equal(isKept || !hard, File.ReadAllText(console.Scratch.PathOf(".lodestar", "spec.yaml")).Contains("T1", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Json_never_asks()
    {
        await console.RunAsync("init");
        await console.RunAsync("agent", "join");
        console.Types("yes", "delete");

        var run = await console.RunAsync("reset", "--hard", "--json");

        Assert.Equal((1, "reset-unconfirmed"), (run.ExitCode, run.Code));
        Assert.Empty(run.Error);
    }
}
