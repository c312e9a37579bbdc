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

    [Fact]
    public async Task Programs_that_edit_one_plan_at_the_same_time_lose_none_of_their_changes()
    {
        const int planners = 6;
        using var scratch = new ScratchDirectory();
        var program = new LodestarProgram(scratch);
        var tasks = string.Concat(Enumerable.Range(0, planners).Select(number => $"  P{number}: {{title: t}} # {number}\n"));
        scratch.Write("p/.lodestar/spec.yaml", "project: {id: 01JZ0000000000000000000000, name: demo}\ntasks:\n" + tasks);
        async Task DoAsync(params string[] words) => (await program.RunAsync(scratch.PathOf("p"), words)).MustSucceed();

        await Task.WhenAll(Enumerable.Range(0, planners).SelectMany(number => new[]
        {
            DoAsync("task", "create", "--title", $"by {number}"),
            DoAsync("task", "update", $"P{number}", "--priority", $"{number + 1}"),
            number % 2 == 0 ? DoAsync("task", "delete", $"P{number}") : DoAsync("task", "done", $"P{number}"),
        }));

        var listed = (await program.RunAsync(scratch.PathOf("p"), "task", "list", "--include-deleted", "--json")).MustSucceed().Data["tasks"]!.AsArray();
        Assert.Equal(
            Enumerable.Range(0, planners).Select(number => $"P{number} {number + 1} {(number % 2 == 0 ? "deleted" : "done")}"),
            listed.Where(task => (int)task!["priority"]! < 100).Select(task => $"{task!["id"]} {task["priority"]} {task["status"]}"));
        Assert.Equal(
            Enumerable.Range(0, planners).Select(number => $"by {number}"),
            listed.Where(task => (int)task!["priority"]! == 100).Select(task => (string)task!["title"]!).Order(StringComparer.Ordinal));
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
