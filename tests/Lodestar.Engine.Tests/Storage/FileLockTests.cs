using Lodestar.Engine.Storage;
using Lodestar.TestKit;

namespace Lodestar.Engine.Tests.Storage;

public sealed class FileLockTests : IDisposable
{
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(1);
    private readonly ScratchDirectory scratch = new();

    [Fact]
    public async Task A_held_lock_keeps_everybody_else_out_until_it_is_given_back()
    {
        var path = scratch.PathOf("spec.lock");
        var held = await FileLock.TryAcquireAsync(path, TimeSpan.Zero, default);

        Assert.NotNull(held);
        Assert.Null(await FileLock.TryAcquireAsync(path, TimeSpan.Zero, default));
        held.Dispose();
        using var next = await FileLock.TryAcquireAsync(path, TimeSpan.Zero, default);
        Assert.NotNull(next);
    }

    [Fact]
    public void Looking_whether_a_lock_is_held_makes_no_file_and_keeps_nobody_out()
    {
        var path = scratch.PathOf("spec.lock");
        Assert.False(FileLock.IsHeld(path));
        Assert.False(File.Exists(path));

        using (FileLock.TryAcquire(path, TimeSpan.Zero))
            Assert.True(FileLock.IsHeld(path));
        Assert.False(FileLock.IsHeld(path));
    }

    [Fact]
    public async Task Who_waits_gets_the_lock_when_it_is_given_back()
    {
        var path = scratch.PathOf("spec.lock");
        var held = await FileLock.TryAcquireAsync(path, TimeSpan.Zero, default);

        var waiting = FileLock.TryAcquireAsync(path, Long, default);
        Assert.False(waiting.IsCompleted);
        held!.Dispose();
        using var next = await waiting;

        Assert.NotNull(next);
    }

    [Fact]
    public async Task Who_gives_up_waiting_leaves_the_lock_free_for_others()
    {
        var path = scratch.PathOf("spec.lock");
        var held = await FileLock.TryAcquireAsync(path, TimeSpan.Zero, default);

        var late = await FileLock.TryAcquireAsync(path, TimeSpan.FromMilliseconds(1), default);
        held!.Dispose();
        using var next = await FileLock.TryAcquireAsync(path, Long, default);

        Assert.Null(late);
        Assert.NotNull(next);
    }

    [Fact]
    public async Task A_cancelled_wait_ends()
    {
        var path = scratch.PathOf("spec.lock");
        using var held = await FileLock.TryAcquireAsync(path, TimeSpan.Zero, default);
        using var source = new CancellationTokenSource();

        var waiting = FileLock.TryAcquireAsync(path, Long, source.Token);
        await source.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }

    [Fact]
    public async Task A_lock_on_a_removed_file_is_not_taken_for_the_lock()
    {
        var path = scratch.PathOf("spec.lock");
        var held = await FileLock.TryAcquireAsync(path, TimeSpan.Zero, default);
        var waiting = FileLock.TryAcquireAsync(path, Long, default);

        File.Delete(path);
        held!.Dispose();
        using var next = await waiting;

        Assert.NotNull(next);
        Assert.True(File.Exists(path));
        Assert.Null(await FileLock.TryAcquireAsync(path, TimeSpan.Zero, default));
    }

    [Fact]
    public async Task A_lock_file_that_cannot_be_opened_is_said_by_name()
    {
        var path = scratch.PathOf("missing", "spec.lock");

        var failure = await Assert.ThrowsAsync<IOException>(() => FileLock.TryAcquireAsync(path, TimeSpan.Zero, default));

        Assert.Contains(path, failure.Message, StringComparison.Ordinal);
    }

    public void Dispose() => scratch.Dispose();
}
