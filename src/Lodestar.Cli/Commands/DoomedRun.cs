using Lodestar.Engine.Processes;

namespace Lodestar.Cli.Commands;

/// <summary>A <c>lodestar run</c> in a process of its own that kills itself on the way; what it tells is passed on as it comes.</summary>
/// <param name="context">The outside world.</param>
/// <param name="root">The project.</param>
/// <param name="point">Where it dies, as <c>LODESTAR_CRASH_AT</c> has it.</param>
internal sealed class DoomedRun(CommandContext context, string root, string point)
{
    /// <summary>Starts it and waits for its end, whatever that is: the run's ledger tells how far it came.</summary>
    public async Task RunAsync(IReadOnlyList<string> options)
    {
        var variables = new Dictionary<string, string>(context.Variables()) { ["LODESTAR_CRASH_AT"] = point };
        IReadOnlyList<string> words = [.. context.Executable.Skip(1), "-C", root, "run", .. options, .. context.Output.Json ? ["--json"] : Array.Empty<string>()];
        await using var child = ChildProcess.Start(new ChildOrder(context.Executable[0], words, root, variables));
        var result = child.Output.CopyToAsync(Stream.Null);
        var talk = RelayAsync(child.Error);
        await child.FeedAsync(ReadOnlyMemory<byte>.Empty, CancellationToken.None);
        await Task.WhenAll(child.Exit, talk, result);
    }

    private async Task RelayAsync(Stream said)
    {
        var buffer = new byte[8192];
        for (var read = await said.ReadAsync(buffer); read > 0; read = await said.ReadAsync(buffer))
            context.Output.WriteTalk(buffer.AsSpan(0, read));
    }
}
