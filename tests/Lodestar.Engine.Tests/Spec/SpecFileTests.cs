using Lodestar.Core;
using Lodestar.Core.Spec;
using Lodestar.Engine.Spec;
using Lodestar.Engine.Storage;
using Lodestar.TestKit;

namespace Lodestar.Engine.Tests.Spec;

public sealed class SpecFileTests : IDisposable
{
    private readonly ScratchDirectory scratch = new();

    [Fact]
    public async Task Sixteen_writers_at_once_lose_no_task()
    {
        scratch.Write(".lodestar/spec.yaml", "project:\n  name: p # kept\n");

        var writers = Enumerable.Range(0, 16).Select(writer => Task.Run(async () =>
        {
            for (var number = 0; number < 5; number++)
            {
                var task = new TaskDefinition(new($"W{writer}-{number}"), "T", "", [], [], [], [], 100, null);
                var edited = await new SpecFile(scratch.Root) { Patience = TimeSpan.FromMinutes(1) }
                    .EditAsync(document => SpecEditor.AddTask(document, task), default);
                Assert.Null(edited.Refusal);
            }
        }));
        await Task.WhenAll(writers);

        Assert.Equal(80, new SpecFile(scratch.Root).Load().Data!.Spec.Tasks.Length);
        Assert.Contains("name: p # kept", File.ReadAllText(scratch.PathOf(".lodestar/spec.yaml")), StringComparison.Ordinal);
    }

    [Fact]
    public void Reading_writes_nothing_not_even_a_lock()
    {
        scratch.Write(".lodestar/spec.yaml", "tasks: {}\n");

        Assert.NotNull(new SpecFile(scratch.Root).Load().Data);

        Assert.Single(Directory.GetFileSystemEntries(scratch.PathOf(".lodestar")));
    }

    [Fact]
    public async Task Without_a_spec_reading_and_editing_point_to_init()
    {
        var file = new SpecFile(scratch.Root);

        Assert.Equal(("spec-missing", "lodestar init"), (file.Load().Refusal!.Code, file.Load().Refusal!.Hint));
        Assert.Equal("spec-missing", (await file.EditAsync(document => document, default)).Refusal!.Code);
    }

    [Fact]
    public async Task A_refused_edit_leaves_the_file_as_it_was()
    {
        var path = scratch.Write(".lodestar/spec.yaml", "\uFEFFtasks: {}\n");
        var before = File.ReadAllBytes(path);

        await new SpecFile(scratch.Root).EditAsync(_ => new Refusal("no", "No."), default);

        Assert.Equal(before, File.ReadAllBytes(path));
    }

    [Fact]
    public async Task A_byte_order_mark_survives_an_edit()
    {
        var path = scratch.Write(".lodestar/spec.yaml", "\uFEFFname: p\n");

        await new SpecFile(scratch.Root).EditAsync(document => SpecEditor.SetProjectId(document, new("01JZ0000000000000000000000")), default);

        Assert.Equal([0xEF, 0xBB, 0xBF, (byte)'i', (byte)'d'], File.ReadAllBytes(path)[..5]);
    }

    [Fact]
    public async Task A_spec_somebody_else_is_writing_is_waited_for_only_so_long()
    {
        scratch.Write(".lodestar/spec.yaml", "tasks: {}\n");
        using var held = FileLock.TryAcquire(scratch.PathOf(SpecFile.LockPath), TimeSpan.Zero);

        var failure = await Assert.ThrowsAsync<EnvironmentException>(() =>
            new SpecFile(scratch.Root) { Patience = TimeSpan.Zero }.EditAsync(document => document, default));

        Assert.Equal("spec-busy", failure.Code);
    }

    [Fact]
    public void A_directory_in_place_of_the_spec_is_a_broken_environment()
    {
        Directory.CreateDirectory(scratch.PathOf(".lodestar", "spec.yaml"));

        Assert.Equal("spec-unreadable", Assert.Throws<EnvironmentException>(() => new SpecFile(scratch.Root).Load()).Code);
    }

    [Fact]
    public void Bytes_that_are_not_utf8_are_placed()
    {
        var path = scratch.Write(".lodestar/spec.yaml", "");
        File.WriteAllBytes(path, [(byte)'a', (byte)'\n', (byte)'b', 0xFF]);

        Assert.StartsWith(".lodestar/spec.yaml:2:2: ", new SpecFile(scratch.Root).Load().Refusal!.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(100, false)]
    [InlineData(20_000, true)]
    public async Task A_large_spec_is_announced_before_it_is_read_or_edited(int tasks, bool expected)
    {
        scratch.Write(".lodestar/spec.yaml", "tasks:\n" + string.Concat(Enumerable.Range(0, tasks).Select(number => $"  T{number}:\n    title: Number {number} of many\n")));
        var announced = new List<long>();
        var file = new SpecFile(scratch.Root) { LargeReading = announced.Add };

        Assert.Equal(tasks, file.Load().Data!.Spec.Tasks.Length);
        await file.EditAsync(document => SpecEditor.SetPriority(document, new("T1"), 7), default);

        Assert.Equal(expected ? 2 : 0, announced.Count);
        Assert.All(announced, size => Assert.InRange(size, 512 * 1024, 2 * 1024 * 1024));
    }

    public void Dispose() => scratch.Dispose();
}
