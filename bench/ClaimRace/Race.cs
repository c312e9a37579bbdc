using System.Diagnostics;
using System.Globalization;
using Lodestar.Engine;
using Lodestar.Engine.Operations;

namespace ClaimRace;

/// <summary>Starts racers, lets them go at once, and holds what they tell against the one rule: every task has one winner.</summary>
internal static class Race
{
    public static async Task<int> RunAllAsync(int tasks, string program, int[] racers)
    {
        var bad = 0;
        Console.WriteLine($"{tasks} tasks; waits in ms; a rival is a process that wants the same task");
        foreach (var count in racers)
        {
            var raw = await RunAsync("raw", tasks, count, 2, program);
            var queued = await RunAsync("raw-queued", tasks, count, 2, program);
            var session = await RunAsync("session", tasks, count, 2, program);
            var all = await RunAsync("session", tasks, count, count, program);
            var command = await RunAsync("command", tasks, count, 2, program);
            foreach (var result in new[] { raw, queued, session, all, command })
            {
                Console.WriteLine(result);
                bad += result.Bad;
            }

            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{count,3} processes: sessions at {session.PerSecond / raw.PerSecond:0.00} of raw commits, {session.PerSecond / queued.PerSecond:0.00} of queued ones"));
        }

        Console.WriteLine(bad == 0 ? "every task had exactly one winner; no errors" : $"{bad} wrong results");
        return bad == 0 ? 0 : 1;
    }

    /// <summary>Makes a project.</summary>
    public static void Write(string directory, int tasks)
    {
        Directory.CreateDirectory(Path.Combine(directory, ".lodestar"));
        File.WriteAllLines(
            Path.Combine(directory, ".lodestar", "spec.yaml"),
            ["project:", "  id: 01JZ0000000000000000000000", "  name: race", "tasks:", .. Enumerable.Range(0, tasks).Select(task => $"  {Lane.Id(task)}: {{title: Task {task}}}")]);
    }

    private static async Task<Result> RunAsync(string kind, int tasks, int racers, int rivals, string program)
    {
        var directory = Directory.CreateTempSubdirectory("claim-race-").FullName;
        try
        {
            Write(directory, tasks);
            await JoinAsync(directory, racers);
            var processes = Enumerable.Range(0, racers).Select(number => Start(kind, directory, number, racers, tasks, rivals, program)).ToArray();
            foreach (var process in processes)
                await process.StandardOutput.ReadLineAsync();
            var clock = Stopwatch.StartNew();
            foreach (var process in processes)
            {
                await process.StandardInput.WriteLineAsync();
                await process.StandardInput.FlushAsync();
            }

            var told = await Task.WhenAll(processes.Select(process => process.StandardOutput.ReadToEndAsync()));
            var seconds = clock.Elapsed.TotalSeconds;
            foreach (var process in processes)
                await process.WaitForExitAsync();
            return Result.Of(kind, tasks, rivals, seconds, told, processes.Count(process => process.ExitCode != 0));
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static async Task JoinAsync(string directory, int count)
    {
        using var session = EngineSession.Open(directory, new SessionWorld(new SystemClock(), new IdSource(), _ => null)).Data!;
        var agents = new List<string>();
        for (var number = 0; number < count; number++)
            agents.Add((await new JoinAgent(new(null, null, [], new Dictionary<string, string>())).ExecuteAsync(session, CancellationToken.None)).Data!.AgentId.Value);
        File.WriteAllLines(Path.Combine(directory, "agents"), agents);
    }

    private static Process Start(string kind, string directory, int number, int racers, int tasks, int rivals, string program)
    {
        string[] words = ["racer", kind, directory, $"{number}", $"{racers}", $"{tasks}", $"{rivals}", program];
        var own = Path.Combine(AppContext.BaseDirectory, "ClaimRace.dll");
        return Process.Start(new ProcessStartInfo(Environment.ProcessPath!, Environment.ProcessPath!.EndsWith("dotnet", StringComparison.Ordinal) ? [own, .. words] : words)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
    }
}
