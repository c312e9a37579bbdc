using System.Diagnostics;
using System.Globalization;
using Lodestar.Engine;
using Lodestar.Engine.Operations;
using Lodestar.Engine.Storage;
using Lodestar.Engine.Storage.Sqlite;

namespace ClaimRace;

/// <summary>One racing process: says it is ready, waits for the start, and tells what it won and how long it waited.</summary>
internal static class Racer
{
    private static readonly TimeSpan Term = TimeSpan.FromHours(1);

    public static async Task<int> RunAsync(Lane lane, string kind, string program)
    {
        var agent = lane.Agent;
        using var session = Open(lane.Directory);
        using var raw = kind.StartsWith("raw", StringComparison.Ordinal) ? OpenRaw(lane.Directory) : null;
        Func<int, Task<Answer>> attempt = kind switch
        {
            "session" => task => ClaimAsync(session, task, agent),
            "command" => task => CommandAsync(program, lane.Directory, task, agent),
            "raw" => task => Task.FromResult(Commit(raw!, task, agent)),
            "raw-queued" => task => Task.FromResult(CommitQueued(raw!, lane.Directory, task, agent)),
            _ => throw new ArgumentException($"There is no kind {kind}."),
        };
        await WarmUpAsync(lane, kind, raw);

        Console.WriteLine("ready");
        Console.ReadLine();
        var waits = new List<double>();
        var told = new List<string>();
        foreach (var task in lane.Order())
        {
            var since = Stopwatch.GetTimestamp();
            var answer = await attempt(task);
            waits.Add(Stopwatch.GetElapsedTime(since).TotalMilliseconds);
            told.Add($"{answer.Word} {task} {answer.Problem}");
        }

        // Only now: a reader that wakes for every line would take the processors from the racers.
        Console.WriteLine(string.Join('\n', told));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"waits {string.Join(' ', waits)}"));
        return 0;
    }

    /// <summary>Claims in a project of its own first: what is measured is the store, not the compiler.</summary>
    private static async Task WarmUpAsync(Lane lane, string kind, SqliteConnection? raw)
    {
        if (kind != "session")
        {
            if (raw is not null)
                Commit(raw, -1 - lane.Number, "warm");
            return;
        }

        var practice = Path.Combine(lane.Directory, $"practice-{lane.Number}");
        Race.Write(practice, 40);
        using var session = Open(practice);
        var joined = await new JoinAgent(new(null, null, [], new Dictionary<string, string>())).ExecuteAsync(session, CancellationToken.None);
        for (var task = 0; task < 40; task++)
            await ClaimAsync(session, task, joined.Data!.AgentId.Value);
    }

    private static EngineSession Open(string directory) =>
        EngineSession.Open(directory, new SessionWorld(new SystemClock(), new IdSource(), _ => null)).Data!;

    private static async Task<Answer> ClaimAsync(EngineSession session, int task, string agent)
    {
        try
        {
            var outcome = await new ClaimTask(Lane.Id(task), agent, Term, WithContext: false).ExecuteAsync(session, CancellationToken.None);
            return Answer.Of(outcome.Refusal?.Code);
        }
        catch (EnvironmentException broken)
        {
            return Answer.Of(broken.Code);
        }
    }

    private static async Task<Answer> CommandAsync(string program, string directory, int task, string agent)
    {
        var start = new ProcessStartInfo(program, ["-C", directory, "task", "claim", Lane.Id(task), "--agent", agent, "--no-context", "--json"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var command = Process.Start(start)!;
        var output = command.StandardOutput.ReadToEndAsync();
        var errors = await command.StandardError.ReadToEndAsync();
        await command.WaitForExitAsync();
        return command.ExitCode == 0 ? Answer.Of(null)
            : (await output).Contains("\"task-claimed\"", StringComparison.Ordinal) ? Answer.Of("task-claimed")
            : new("error", $"exit {command.ExitCode} {errors.ReplaceLineEndings(" ")}");
    }

    private static SqliteConnection OpenRaw(string directory)
    {
        var database = SqliteConnection.Open(Path.Combine(directory, "raw.sqlite"), SqliteAccess.Create, TimeSpan.FromSeconds(30));
        database.Execute("pragma journal_mode = wal");
        database.Execute("pragma synchronous = full");
        database.Execute("create table if not exists claims (task integer primary key, agent text not null, at text not null)");
        return database;
    }

    private static Answer Commit(SqliteConnection database, int task, string agent)
    {
        try
        {
            using var transaction = database.BeginImmediate();
            database.Execute("insert into claims (task, agent, at) values (?, ?, ?)", task, agent, "2031-05-14T12:00:00.000000Z");
            transaction.Commit();
            return Answer.Of(null);
        }
        catch (SqliteException cause)
        {
            return cause.IsDuplicateKey ? Answer.Of("task-claimed") : new("error", cause.Message);
        }
    }

    private static Answer CommitQueued(SqliteConnection database, string directory, int task, string agent)
    {
        using var turn = FileLock.TryAcquire(Path.Combine(directory, "raw.lock"), TimeSpan.FromSeconds(30));
        return turn is null ? new("error", "waited too long") : Commit(database, task, agent);
    }

    private sealed record Answer(string Word, string Problem)
    {
        public static Answer Of(string? code) => code switch
        {
            null => new("won", ""),
            "task-claimed" => new("lost", ""),
            _ => new("error", code),
        };
    }
}
