using Lodestar.Core;
using Lodestar.Core.Context;
using Lodestar.Core.Planes;
using Lodestar.Engine.Operations;
using Lodestar.Engine.Storage;
using Lodestar.Engine.Storage.Sqlite;
using Lodestar.TestKit;

namespace Lodestar.Engine.Tests.Storage;

/// <summary>What the schema of leases and events promises, however few pages it writes.</summary>
public sealed class LeaseSchemaTests : IDisposable
{
    private const int FrameLength = 4096 + 24;

    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly ProjectId Project = new("01JZ0000000000000000000000");
    private static readonly TaskId First = new("F001");

    private readonly ScratchDirectory directory = new();
    private readonly TestClock clock = new();

    private string Database => directory.PathOf("runtime.sqlite");

    public void Dispose() => directory.Dispose();

    [Fact]
    public async Task A_claim_writes_five_pages()
    {
        using var project = new PlaneProject("  F001: {title: First}\n  F002: {title: Second}");
        var agent = await project.JoinAsync();
        await project.DoneAsync(new ClaimTask("F001", agent, TimeSpan.FromMinutes(1)).ExecuteAsync);
        var log = new FileInfo(project.Database + "-wal");
        var before = log.Length;
        project.Clock.Advance(TimeSpan.FromSeconds(1));

        await project.DoneAsync(new ClaimTask("F002", agent, TimeSpan.FromMinutes(1)).ExecuteAsync);

        log.Refresh();
        Assert.Equal(5, (log.Length - before) / FrameLength);
    }

    [Fact]
    public async Task Fences_rise_whoever_takes_them()
    {
        using var store = Open();
        var taken = await store.WriteAsync(
            transaction =>
            {
                var agent = transaction.AddAgent(Somebody).Id;
                List<long> fences = [transaction.NextFence(), Grant(transaction, agent, new("F001")), Grant(transaction, agent, new("F002")), transaction.NextFence()];
                transaction.PassFence(fences[^1] + 10);
                fences.Add(Grant(transaction, agent, new("F003")));
                fences.Add(transaction.NextFence());
                return fences;
            },
            None);

        Assert.Equal(taken.Order().Distinct(), taken);
    }

    [Fact]
    public async Task No_number_of_an_event_is_used_again_when_all_are_forgotten()
    {
        using var store = Open();
        await store.WriteAsync(transaction => (Append(transaction), Append(transaction)), None);

        await store.WriteAsync(transaction => transaction.Sweep(Project, transaction.Now.Wall.AddDays(1), _ => true), None);

        Assert.Equal((0, 2L), await store.ReadAsync(view => (view.Events(Project, new()).Count, view.LastEvent()), None));
        Assert.Equal(3, await store.WriteAsync(Append, None));
    }

    [Fact]
    public async Task Leases_and_the_count_of_events_of_the_schema_before_are_kept()
    {
        using (var old = SqliteConnection.Open(Database, SqliteAccess.Create, TimeSpan.Zero))
        {
            StoreSchema.Create(old, 4);
            old.ExecuteScript(
                """
                insert into meta values ('next_fence', 100);
                insert into agents values ('A00000001', null, null, '[]', '{}', '2031-05-14T12:00:00.000000Z', '2031-05-14T12:00:00.000000Z', null);
                insert into events (seq, at, type, project, data) values (7, '2031-05-14T12:00:00.000000Z', 'task.claim', 'p', '{}');
                delete from events;
                """);
            AddLease(old, "L00000001", 90, "released");
            AddLease(old, "L00000002", 91, null);
        }

        using var store = Open();
        await store.WriteAsync(Append, None);

        var lease = await store.ReadAsync(view => view.UnendedLease(Project, First), None);
        Assert.Equal((new LeaseId("L00000002"), 91L), (lease?.Id, lease?.Fence));
        Assert.Equal([91L, 90L], (await store.ReadAsync(view => view.LeasesEverOf(Project, new("A00000001"), 10), None)).Select(past => past.Fence));
        Assert.Equal((8L, 8L), await store.ReadAsync(view => (view.FirstEvent(), view.LastEvent()), None));
        Assert.Equal(100, await store.WriteAsync(transaction => transaction.NextFence(), None));
    }

    private static void AddLease(SqliteConnection old, string id, long fence, string? endReason) => old.Execute(
        """
        insert into leases values (?, ?, 'F001', 'A00000001', null, ?, 'hash', 1000, '2031-05-14T12:00:00.000000Z', '2031-05-14T12:00:01.000000Z',
            'boot', 1, ?, ?)
        """,
        id,
        Project.Value,
        fence,
        endReason is null ? null : "2031-05-14T12:00:01.000000Z",
        endReason);

    private static AgentProfile Somebody => new(null, null, [], new Dictionary<string, string>());

    private static long Append(StoreTransaction transaction) => transaction.AppendEvent(Project, new("task.claim"));

    private static long Grant(StoreTransaction transaction, AgentId agent, TaskId task) =>
        transaction.GrantLease(Project, task, agent, null, "hash", TimeSpan.FromMinutes(15)).Fence;

    private RuntimeStore Open() => new(new RuntimeWritePath(Database), clock, new IdSource());
}
