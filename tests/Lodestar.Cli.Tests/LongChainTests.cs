using System.Text;

namespace Lodestar.Cli.Tests;

/// <summary>Five thousand tasks that wait for one another, the last of them first in the file.</summary>
public sealed class LongChainTests : IDisposable
{
    private const int Length = 5_000;

    private readonly MemoryConsole console = new();

    public LongChainTests()
    {
        var spec = new StringBuilder("project: {id: 01JZ0000000000000000000000, name: chain}\ntasks:\n");
        for (var number = Length; number > 1; number--)
            spec.Append($"  C{number}: {{title: t, depends_on: [C{number - 1}]}}\n");
        console.Scratch.Write(".lodestar/spec.yaml", spec.Append("  C1: {title: t}\n").ToString());
    }

    [Fact]
    public async Task Every_verb_walks_it_from_end_to_end()
    {
        var before = File.ReadAllText(console.Scratch.PathOf(".lodestar", "spec.yaml"));

        var why = (await console.RunAsync("task", "why", $"C{Length}")).MustSucceed();
        (await console.RunAsync("doctor")).MustSucceed();
        var drawing = (await console.RunAsync("task", "graph", "--format", "dot")).MustSucceed();
        var deleted = (await console.RunAsync("task", "delete", "C1", "--cascade", "--json")).MustSucceed();
        var restored = (await console.RunAsync(["task", "restore", .. Enumerable.Range(1, Length).Select(number => $"C{number}")])).MustSucceed();
        var restoredSpec = File.ReadAllText(console.Scratch.PathOf(".lodestar", "spec.yaml"));
        (await console.RunAsync("task", "create", "--title", "Last", "--depends-on", $"C{Length}")).MustSucceed();
        var circle = await console.RunAsync("task", "update", "C1", "--add-depends-on", $"C{Length}", "--json");

        // A line a task, none of them long because it comes late.
        Assert.All(why.Output.Split('\n'), line => Assert.True(line.Length < 100, line));
        Assert.Equal(Length - 1, why.Output.Split('\n').Count(line => line.StartsWith("  ", StringComparison.Ordinal) && line.Contains(" is ready", StringComparison.Ordinal)));
        Assert.Contains($"\"C{Length - 1}\" -> \"C{Length}\"", drawing.Output, StringComparison.Ordinal);
        Assert.Equal(Length, deleted.Data["count"]!.GetValue<int>());
        Assert.Contains($"C{Length}", restored.Output, StringComparison.Ordinal);
        Assert.Equal(before, restoredSpec);
        Assert.Equal("dependency-cycle", circle.Code);
    }

    public void Dispose() => console.Dispose();
}
