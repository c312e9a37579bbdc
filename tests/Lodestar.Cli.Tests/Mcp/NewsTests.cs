using Lodestar.Core;
using Lodestar.Engine;
using Lodestar.Engine.Operations;
using Lodestar.Engine.Storage;
using Lodestar.Mcp;
using Lodestar.TestKit;

namespace Lodestar.Cli.Tests.Mcp;

/// <summary>What a client is told of what others do.</summary>
public sealed class NewsTests : IDisposable
{
    private static readonly ProjectId Project = ProjectId.Parse("01JZ0000000000000000000000");
    private static readonly string[] Subscribed = ["lodestar://task/F1", "lodestar://status", "lodestar://spec"];

    private readonly PlaneProject project = new("  F1: {title: a}\n  F2: {title: b, depends_on: [F1]}");
    private readonly EngineSession session;
    private readonly HashSet<string> ours = new(StringComparer.Ordinal);
    private readonly NewsReader reader;

    public NewsTests()
    {
        session = project.Open();
        reader = new(() => Subscribed, agent => ours.Contains(agent.Value));
    }

    [Fact]
    public async Task What_was_there_when_the_client_came_is_no_news()
    {
        await project.JoinAsync();

        var news = await LookAsync();

        Assert.Empty(news.Changed);
        Assert.Empty(news.Sayings);
        Assert.False(news.ListChanged);
    }

    [Fact]
    public async Task However_much_happens_between_two_looks_all_of_it_is_told()
    {
        var agent = await project.JoinAsync();
        await LookAsync();
        await session.Store.DecideAsync<object>(
            store =>
            {
                for (var n = 0; n < 1100; n++)
                    store.AppendEvent(Project, new("agent.join") { Agent = new(agent) });
                store.AppendEvent(Project, new("task.claim") { Task = new("F2") });
                return Outcome<object>.Done(store);
            },
            CancellationToken.None);

        Assert.Contains("lodestar://task/F2", (await LookAsync()).Changed);
        Assert.Empty((await LookAsync()).Changed);
    }

    [Fact]
    public async Task A_lease_that_ran_out_is_news_although_nobody_wrote_it_down()
    {
        var agent = await project.JoinAsync();
        await project.DoneAsync(new ClaimTask("F1", agent, TimeSpan.FromMinutes(2)).ExecuteAsync);
        await LookAsync();
        project.Clock.Advance(TimeSpan.FromMinutes(2));

        Assert.Equal(["lodestar://status", "lodestar://task/F1"], (await LookAsync()).Changed.Order());
        Assert.Empty((await LookAsync()).Changed);
    }

    [Fact]
    public async Task Who_acts_here_is_warned_once_before_each_end_of_a_lease()
    {
        var (agent, other) = (await project.JoinAsync(), await project.JoinAsync());
        ours.Add(agent);
        await project.DoneAsync(new ClaimTask("F1", agent, TimeSpan.FromMinutes(4)).ExecuteAsync);
        Assert.Empty((await LookAsync()).Sayings);

        project.Clock.Advance(TimeSpan.FromMinutes(3));
        Assert.Contains($"The lease of {agent} on F1 ends in 1m", Assert.Single((await LookAsync()).Sayings).Text, StringComparison.Ordinal);
        Assert.Empty((await LookAsync()).Sayings);
        await project.DoneAsync(new RenewLease("F1", agent, TimeSpan.FromMinutes(4)).ExecuteAsync);
        Assert.Empty((await LookAsync()).Sayings);
        project.Clock.Advance(TimeSpan.FromMinutes(3.5));
        Assert.Single((await LookAsync()).Sayings);

        await project.DoneAsync(new ReleaseTask("F1", agent).ExecuteAsync);
        await project.DoneAsync(new ClaimTask("F1", other, TimeSpan.FromMinutes(4)).ExecuteAsync);
        project.Clock.Advance(TimeSpan.FromMinutes(3.5));
        Assert.Empty((await LookAsync()).Sayings);
    }

    [Fact]
    public async Task A_task_that_was_opened_is_told()
    {
        var agent = await project.JoinAsync();
        await LookAsync();

        await project.DoneAsync(new FinishTask("F1", agent).ExecuteAsync);

        var news = await LookAsync();
        Assert.Equal("Can be claimed now: F2", Assert.Single(news.Sayings).Text);
        Assert.True(news.ListChanged);
    }

    [Fact]
    public async Task A_store_that_was_replaced_changes_everything_and_its_own_events_are_told()
    {
        for (var n = 0; n < 5; n++)
            await project.JoinAsync();
        await LookAsync();
        foreach (var file in Directory.EnumerateFiles(Path.GetDirectoryName(project.Database)!, "runtime.sqlite*"))
            File.Delete(file);

        var agent = await project.JoinAsync();
        Assert.Superset(Subscribed.ToHashSet(), (await LookAsync()).Changed);
        await project.DoneAsync(new ClaimTask("F1", agent, TimeSpan.FromMinutes(2)).ExecuteAsync);

        Assert.Contains("lodestar://task/F1", (await LookAsync()).Changed);
    }

    [Fact]
    public async Task An_edited_spec_changes_everything_even_while_it_is_invalid_and_what_happened_meanwhile_is_told_later()
    {
        var agent = await project.JoinAsync();
        await LookAsync();
        await project.DoneAsync(new ClaimTask("F1", agent, TimeSpan.FromMinutes(2)).ExecuteAsync);
        project.Define("  F1: {title: [}");
        Assert.Superset(Subscribed.ToHashSet(), (await LookAsync()).Changed);

        project.Define("  F1: {title: longer than before}");

        var mended = await LookAsync();
        Assert.True(mended.ListChanged);
        Assert.Contains("lodestar://status", mended.Changed);
    }

    public void Dispose()
    {
        session.Dispose();
        project.Dispose();
    }

    private Task<News> LookAsync() => reader.ReadAsync(session, CancellationToken.None);
}
