using Lodestar.Core;
using Lodestar.Core.Context;
using Lodestar.Core.Planes;
using Lodestar.Engine.Storage;
using Lodestar.TestKit;

namespace Lodestar.Engine.Tests.Storage;

public sealed class StoreWaitTests : IDisposable
{
    private static readonly TimeSpan Ages = TimeSpan.FromMinutes(2);
    private static readonly AgentProfile Nobody = new(null, null, [], new Dictionary<string, string>());

    private readonly ScratchDirectory scratch = new();
    private readonly RuntimeStore reader;
    private readonly RuntimeStore writer;

    public StoreWaitTests()
    {
        reader = NewStore();
        writer = NewStore();
    }

    [Fact]
    public async Task What_is_there_already_is_given_at_once()
    {
        await JoinAsync(writer);

        Assert.NotNull(await reader.UntilAsync(FirstAgent, TimeSpan.Zero, CancellationToken.None));
    }

    [Fact]
    public async Task A_wait_for_nothing_ends_with_nothing() =>
        Assert.Null(await reader.UntilAsync(FirstAgent, TimeSpan.FromMilliseconds(1), CancellationToken.None));

    [Fact]
    public async Task Another_writer_wakes_who_waits_even_for_a_store_that_does_not_exist_yet()
    {
        var looked = new TaskCompletionSource();
        var waiting = reader.UntilAsync(Looking(looked), Ages, CancellationToken.None);
        await looked.Task;

        var joined = await JoinAsync(writer);

        Assert.Equal(joined, (await waiting)?.Id);
    }

    [Fact]
    public async Task A_store_in_the_making_is_never_taken_for_a_damaged_one()
    {
        for (var round = 0; round < 40; round++)
        {
            var name = $"made-{round}.sqlite";
            using var maker = NewStore(name: name);
            var making = Task.Run(() => JoinAsync(maker));
            do
            {
                using var looker = NewStore(name: name);
                await looker.ReadAsync(store => store.Agents().Count, CancellationToken.None);
            }
            while (!making.IsCompleted);
            await making;
        }
    }

    [Fact]
    public async Task Every_commit_is_seen_by_the_look_it_wakes()
    {
        await JoinAsync(writer);
        using var patient = NewStore(new TimelessClock());
        for (var count = 2; count <= 60; count++)
        {
            var looked = new TaskCompletionSource();
            var expected = count;
            var waiting = patient.UntilAsync(
                store =>
                {
                    var agents = store.Agents();
                    looked.TrySetResult();
                    return agents.Count == expected ? agents : null;
                },
                Ages,
                CancellationToken.None);
            await looked.Task;

            await JoinAsync(writer);

            Assert.NotNull(await waiting.WaitAsync(Ages));
        }
    }

    [Fact]
    public async Task A_reset_is_followed_to_the_new_store()
    {
        await JoinAsync(writer);
        var looked = new TaskCompletionSource();
        var waiting = reader.UntilAsync(
            store =>
            {
                var agents = store.Agents();
                looked.TrySetResult();
                return agents.Count == 2 ? agents : null;
            },
            Ages,
            CancellationToken.None);
        await looked.Task;

        writer.Dispose();
        foreach (var file in Directory.EnumerateFiles(scratch.Root, "runtime.sqlite*"))
            File.Delete(file);
        using var successor = NewStore();
        await JoinAsync(successor);
        await JoinAsync(successor);

        Assert.Equal(2, (await waiting)?.Count);
    }

    [Fact]
    public async Task A_cancelled_wait_says_so()
    {
        using var cancelled = new CancellationTokenSource();
        var looked = new TaskCompletionSource();
        var waiting = reader.UntilAsync(Looking(looked), Ages, cancelled.Token);
        await looked.Task;

        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }

    [Fact]
    public async Task A_directory_that_cannot_be_listened_to_is_looked_at_again_and_again()
    {
        using var watch = StoreWatch.Begin(scratch.PathOf("nowhere", "runtime.sqlite"), TimeProvider.System);

        await watch.ChangedAsync(CancellationToken.None);
    }

    public void Dispose()
    {
        reader.Dispose();
        writer.Dispose();
        scratch.Dispose();
    }

    private RuntimeStore NewStore(EngineClock? clock = null, string name = "runtime.sqlite") =>
        new(new RuntimeWritePath(scratch.PathOf(name)), clock ?? new TestClock(), new IdSource());

    private static Agent? FirstAgent(StoreReader store) => store.Agents() is [var first, ..] ? first : null;

    private static Func<StoreReader, Agent?> Looking(TaskCompletionSource looked) => store =>
    {
        var found = FirstAgent(store);
        looked.TrySetResult();
        return found;
    };

    private static Task<AgentId> JoinAsync(RuntimeStore store) =>
        store.WriteAsync(tx => tx.AddAgent(Nobody).Id, CancellationToken.None);

    /// <summary>A clock whose timers never ring: only a notice can end a wait.</summary>
    private sealed class TimelessClock : EngineClock
    {
        public override Moment GetMoment() => new(TestClock.Noon, "boot-1", 1_000_000);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            TimeProvider.System.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }
}
