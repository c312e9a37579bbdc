using Lodestar.Core.Context;
using Lodestar.Core.Planes;
using Lodestar.Engine.Storage;
using Lodestar.TestKit;

namespace Lodestar.Engine.Tests.Storage;

public sealed class StoreReplicaTests : IDisposable
{
    private readonly ScratchDirectory directory = new();

    private string Database => directory.PathOf("runtime.sqlite");

    public void Dispose() => directory.Dispose();

    [Fact]
    public async Task A_copy_holds_what_only_the_log_holds_and_is_outdated_by_the_next_commit()
    {
        await JoinAsync();
        Assert.True(new FileInfo(Database + "-wal").Length > 0);

        using var copy = StoreReplica.TryOpen(Database, TimeSpan.Zero)!;

        Assert.Equal((1, true), (copy.Database.QueryInt64("select count(*) from agents"), copy.IsSameFile));
        await JoinAsync();
        Assert.Equal((1, false), (copy.Database.QueryInt64("select count(*) from agents"), copy.IsSameFile));
    }

    [Fact]
    public async Task None_is_made_while_somebody_writes()
    {
        await JoinAsync();
        using var writer = FileLock.TryAcquire(Database + RuntimeStore.LockSuffix, TimeSpan.Zero);

        var busy = Assert.Throws<EnvironmentException>(() => StoreReplica.TryOpen(Database, TimeSpan.Zero));

        Assert.Equal("store-busy", busy.Code);
    }

    private async Task JoinAsync()
    {
        using var store = new RuntimeStore(new RuntimeWritePath(Database), new TestClock(), new IdSource());
        await store.WriteAsync(
            transaction => transaction.AddAgent(new AgentProfile(null, null, [], new Dictionary<string, string>())), CancellationToken.None);
    }
}
