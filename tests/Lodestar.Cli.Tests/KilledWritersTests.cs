using System.Diagnostics;
using System.Text.Json;
using Lodestar.Core.Context;
using Lodestar.Core.Planes;
using Lodestar.Core;
using Lodestar.Engine;
using Lodestar.Engine.Storage;
using Lodestar.TestKit;

namespace Lodestar.Cli.Tests;

public sealed class KilledWritersTests
{
    private const int Writers = 16;

    /// <summary>Real processes, killed at instants spread over their life: before, within and after the commit.</summary>
    [Fact]
    public async Task What_was_acknowledged_survives_writers_killed_at_any_instant()
    {
        using var project = new PlaneProject("  F001: {title: First}");
        var agent = await project.JoinAsync();

        var acknowledged = new List<string>();
        for (var round = 0; round < Writers; round += 2)
        {
            var pair = await Task.WhenAll(
                SendThenKillAsync(project.Root, agent, TimeSpan.FromMilliseconds(80 + (round * 12))),
                SendThenKillAsync(project.Root, agent, TimeSpan.FromMilliseconds(90 + (round * 12))));
            acknowledged.AddRange(pair.OfType<string>());
        }

        acknowledged.Add((await SendThenKillAsync(project.Root, agent, Timeout.InfiniteTimeSpan))!);

        using var store = new RuntimeStore(new RuntimeWritePath(project.Database), project.Clock, new IdSource());
        Assert.Empty((await store.DiagnoseAsync(CancellationToken.None)).Findings);
        var (kept, recorded) = await store.ReadAsync(
            view =>
            {
                var identity = view.Project(null);
                var thread = view.Thread(identity, new TaskId("F001"), new ThreadFilter(1000));
                var events = view.Events(identity, new EventFilter { Types = ["message.sent"] });
                return (
                    thread.Select(message => message.Id.Value).ToList(),
                    events.Select(happened => happened.Event.Data["message_id"]!.GetValue<string>()).ToList());
            },
            CancellationToken.None);
        Assert.Subset(kept.ToHashSet(), acknowledged.ToHashSet());

        // A message and its record are one: neither is there without the other.
        Assert.Equal(kept, recorded);
    }

    /// <summary>Gives the id of the message when the program said that it was stored; null when it was killed before.</summary>
    private static async Task<string?> SendThenKillAsync(string root, string agent, TimeSpan life)
    {
        string[] command = ["msg", "send", "--task", "F001", "--from", agent, "--text", "still here", "--json"];
        var start = new ProcessStartInfo(LodestarProgram.Location, command)
        {
            WorkingDirectory = root,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var program = Process.Start(start)!;
        var output = program.StandardOutput.ReadToEndAsync();
        var errors = program.StandardError.ReadToEndAsync();
        using var end = new CancellationTokenSource(life);
        try
        {
            await program.WaitForExitAsync(end.Token);
        }
        catch (OperationCanceledException)
        {
            program.Kill();
            await program.WaitForExitAsync();
        }

        await errors;
        if (!(await output).EndsWith("}\n", StringComparison.Ordinal))
            return null;
        using var envelope = JsonDocument.Parse(await output);
        return envelope.RootElement.GetProperty("data").GetProperty("message_id").GetString();
    }
}
