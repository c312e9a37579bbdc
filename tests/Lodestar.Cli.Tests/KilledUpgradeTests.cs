using Lodestar.Core;
using Lodestar.Core.Context;
using Lodestar.Engine;
using Lodestar.Engine.Storage;
using Lodestar.Engine.Storage.Sqlite;
using Lodestar.TestKit;

namespace Lodestar.Cli.Tests;

/// <summary>Real processes that take a store of the Python Lodestar over, killed at instants spread over that work.</summary>
public sealed class KilledUpgradeTests : IDisposable
{
    private const int Events = 5_000;
    private const string Agent = "AAAAAAAA1";

    private readonly ScratchDirectory scratch = new();

    public void Dispose() => scratch.Dispose();

    [Fact]
    public async Task The_old_file_is_whole_or_the_new_one_complete_whenever_the_program_dies()
    {
        scratch.Write("p/.lodestar/spec.yaml", "project: {name: demo}\ntasks:\n  F1: {title: First}\n");
        var database = scratch.PathOf("p", ".lodestar", "runtime.sqlite");
        using (var old = PredecessorDatabase.First(database).Agent(Agent))
        {
            old.Run("begin");
            for (var number = 1; number <= Events; number++)
                old.Event(number, "agent.join", Agent, null);
            old.Run("commit");
        }

        var program = new LodestarProgram(scratch);
        for (var delay = 0; delay < 60; delay += 10)
        {
            await using var started = program.Start(
                scratch.PathOf("p"), new Dictionary<string, string>(), "agent", "heartbeat", Agent);
            var backups = scratch.PathOf("p", ".lodestar", "backups");
            Assert.True(await Waiting.UntilAsync(
                () => started.HasEnded || Directory.Exists(backups), TimeSpan.FromMinutes(1), TimeSpan.FromMilliseconds(1 + delay)));
            started.Signal("KILL");
            await started.EndAsync(TimeSpan.FromMinutes(1));

            Assert.True(IsOldAndWhole(database) || await IsNewAndCompleteAsync(database));
            if (Directory.Exists(backups))
                Directory.Move(backups, scratch.PathOf($"backups-{delay}"));
        }

        (await program.RunAsync(scratch.PathOf("p"), "agent", "heartbeat", Agent)).MustSucceed();
        Assert.True(await IsNewAndCompleteAsync(database));
    }

    private static bool IsOldAndWhole(string database)
    {
        using var raw = SqliteConnection.Open(database, SqliteAccess.Write, TimeSpan.FromSeconds(5));
        return raw.QueryInt64("pragma user_version") == 0 && raw.QueryInt64("select count(*) from events where event_type = 'agent.join'") == Events;
    }

    private static async Task<bool> IsNewAndCompleteAsync(string database)
    {
        using var store = new RuntimeStore(new RuntimeWritePath(database), new TestClock(), new IdSource());
        Assert.Empty((await store.DiagnoseAsync(CancellationToken.None)).Findings);
        var events = await store.ReadAsync(
            view => view.Events(view.Project(null), new EventFilter(0, Events * 2) { Types = ["agent.join"] }), CancellationToken.None);
        return events.Count == Events;
    }
}
