using Lodestar.Core;
using Lodestar.Core.Spec;
using Lodestar.Engine.Operations;
using Lodestar.Engine.Spec;
using Lodestar.TestKit;

namespace Lodestar.Engine.Tests.Spec;

/// <summary>A query never answers from an image of what the spec no longer says.</summary>
public sealed class SpecIndexSourceTests : IDisposable
{
    private readonly ScratchDirectory scratch = new();

    private string SpecPath => scratch.PathOf(".lodestar", "spec.yaml");

    private string ImagePath => scratch.PathOf(".lodestar", "cache", "spec-index");

    [Fact]
    public void The_second_query_reads_the_image_that_the_first_one_left()
    {
        Write("first");
        Assert.IsType<ParsedSpecIndex>(Open());
        Settle();

        Assert.IsType<SpecImage>(Open());
        Assert.Equal("first", Title());
    }

    [Fact]
    public void An_edit_in_the_tick_of_the_last_look_is_seen()
    {
        // The same length, the same inode, and for many rounds the same time: only the content differs.
        for (var round = 0; round < 400; round++)
        {
            WriteInPlace($"round {round:000}");
            Assert.Equal($"round {round:000}", Title());
            if (round % 3 == 0)
                Assert.Equal($"round {round:000}", Title());
        }
    }

    [Theory]
    [InlineData(0, "new")]
    [InlineData(1, "old")]
    public void An_image_counts_only_when_the_spec_was_left_alone_for_a_tick_before_it_was_read(int observedAfter, string expected)
    {
        // The image of the old content claims the file as it is now, as it could after two edits within one tick.
        Write("old");
        var old = SpecFile.Parse(File.ReadAllBytes(SpecPath)).Data!.Spec;
        WriteInPlace("new");
        var stamp = Lodestar.Engine.Storage.FileStamp.Of(SpecPath)!.Value;
        Directory.CreateDirectory(Path.GetDirectoryName(ImagePath)!);
        using (var image = File.OpenHandle(ImagePath, FileMode.Create, FileAccess.Write))
            Assert.True(SpecImageBuilder.TryWrite(image, new(old), new byte[32], new(stamp, stamp.Changed + observedAfter)));

        Assert.Equal(expected, Title());
    }

    [Fact]
    public void One_session_sees_every_edit_too()
    {
        var source = Source();
        for (var round = 0; round < 400; round++)
        {
            WriteInPlace($"round {round:000}");
            Assert.Equal($"round {round:000}", source.Open().Data![0].Title);
        }
    }

    [Fact]
    public async Task The_look_after_an_edit_shows_it_without_reading_and_the_next_one_reads()
    {
        Write("before");
        var file = new SpecFile(scratch.Root);
        var source = new SpecIndexSource(file, ImagePath) { IndexFrom = 0 };
        await file.EditAsync(document => SpecEditor.SetTitle(document, new("T001"), "after"), CancellationToken.None);

        Assert.Equal("after", source.Open().Data![0].Title);
        Assert.False(File.Exists(ImagePath));
        Assert.Equal("after", source.Open().Data![0].Title);
        Assert.True(File.Exists(ImagePath));
    }

    [Fact]
    public async Task An_edit_by_somebody_else_after_our_own_is_seen()
    {
        Write("before");
        var file = new SpecFile(scratch.Root);
        await file.EditAsync(document => SpecEditor.SetTitle(document, new("T001"), "after"), CancellationToken.None);
        WriteInPlace("hands");

        Assert.Equal("hands", new SpecIndexSource(file, ImagePath).Open().Data![0].Title);
    }

    [Fact]
    public void Old_content_with_its_old_time_is_seen()
    {
        Write("older");
        var old = File.GetLastWriteTimeUtc(SpecPath).AddDays(-1);
        Write("newer");
        _ = Open();
        Settle();
        Assert.Equal("newer", Title());

        WriteInPlace("older");
        File.SetLastWriteTimeUtc(SpecPath, old);

        Assert.Equal("older", Title());
        Settle();
        Assert.Equal("older", Title());
    }

    [Fact]
    public void A_time_put_back_by_hand_hides_nothing()
    {
        Write("one");
        _ = Open();
        Settle();
        _ = Open();
        var time = File.GetLastWriteTimeUtc(SpecPath);

        WriteInPlace("two");
        File.SetLastWriteTimeUtc(SpecPath, time);

        Assert.Equal("two", Title());
    }

    [Fact]
    public void Touching_the_spec_makes_no_new_image()
    {
        Write("same");
        _ = Open();
        var made = File.ReadAllBytes(ImagePath);

        File.SetLastWriteTimeUtc(SpecPath, DateTime.UnixEpoch);

        Assert.IsType<SpecImage>(Open());
        Settle();
        Assert.IsType<SpecImage>(Open());
        Assert.True(File.ReadAllBytes(ImagePath).AsSpan(SpecImageFormat.ChecksumStart).SequenceEqual(made.AsSpan(SpecImageFormat.ChecksumStart)));
        Assert.True(SpecImageFile.TryOpen(ImagePath)!.Stamp!.Value.IsProof);
    }

    [Fact]
    public void A_spec_with_errors_is_refused_whatever_image_there_is()
    {
        Write("good");
        _ = Open();
        Settle();
        _ = Open();

        File.WriteAllText(SpecPath, "tasks:\n<<<<<<< ours\n  T001: {title: a}\n");

        Assert.Equal("spec-invalid", Source().Open().Refusal?.Code);
        Write("again");
        Assert.Equal("again", Title());
    }

    [Fact]
    public void Where_no_image_can_be_written_the_spec_is_read()
    {
        Write("read");
        File.WriteAllText(scratch.PathOf(".lodestar", "cache"), "a file where the folder should be");

        Assert.Equal("read", Title());
        Assert.Equal("read", Title());
    }

    [Fact]
    public void A_draft_that_a_killed_process_left_is_taken_over()
    {
        Write("left");
        Directory.CreateDirectory(Path.GetDirectoryName(ImagePath)!);
        File.WriteAllText(ImagePath + ".new", new string('x', 100_000));

        _ = Open();
        Settle();

        Assert.IsType<SpecImage>(Open());
        Assert.False(File.Exists(ImagePath + ".new"));
    }

    [Fact]
    public void While_another_process_writes_the_image_the_spec_is_read()
    {
        Write("busy");
        Directory.CreateDirectory(Path.GetDirectoryName(ImagePath)!);
        using var other = new FileStream(ImagePath + ".new", FileMode.Create, FileAccess.Write, FileShare.None);

        Assert.Equal("busy", Title());
        Assert.False(File.Exists(ImagePath));
    }

    [Fact]
    public async Task A_damaged_image_gives_the_right_answer()
    {
        var tasks = string.Join('\n', Enumerable.Range(0, 300).Select(number =>
            $"  T{number:000}:\n    title: Task {number}\n    description: {new string('x', 60)}\n    priority: {number % 7}\n    depends_on: [{(number > 10 ? $"T{number - 10:000}" : "")}]\n    status: {(number < 100 ? "verified" : "ready")}"));
        using var project = new PlaneProject(tasks);
        var image = Path.Combine(project.Root, ".lodestar", "cache", "spec-index");
        var expected = await Answers(project);
        AwaitTick(Path.Combine(project.Root, ".lodestar", "spec.yaml"));
        Assert.Equal(expected, await Answers(project));
        var sound = File.ReadAllBytes(image);
        var random = new Random(4711);

        for (var round = 0; round < 250; round++)
        {
            File.WriteAllBytes(image, Damaged(sound, random, round));
            var found = await Answers(project);
            Assert.True(expected == found, $"round {round}: {found}");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => scratch.Dispose();

    private static byte[] Damaged(byte[] sound, Random random, int round)
    {
        var bytes = sound.ToArray();
        if (round % 5 == 0)
            return bytes[..random.Next(bytes.Length)];
        if (round % 5 == 1)
            return [.. bytes, 0];
        for (var flips = random.Next(1, 4); flips > 0; flips--)
            bytes[random.Next(round % 5 == 2 ? 1024 : bytes.Length)] ^= (byte)(1 << random.Next(8));
        return bytes;
    }

    private static async Task<string> Answers(PlaneProject project)
    {
        var next = await project.DoneAsync(new NextTasks(3).ExecuteAsync);
        var shown = await project.DoneAsync(new ShowTask("T250").ExecuteAsync);
        var why = await project.DoneAsync(new ExplainTask("T299").ExecuteAsync);
        return $"{string.Join(' ', next.Tasks.Select(task => task.Title))} {next.TotalClaimable} {shown.Title} {shown.Priority} {string.Join(' ', shown.UnmetDependencies)} {shown.Claimable} {string.Join(' ', why.Chain.Select(link => link.TaskId))}";
    }

    private SpecIndexSource Source() => new(new SpecFile(scratch.Root), ImagePath) { IndexFrom = 0 };

    private SpecIndex Open() => Source().Open().Data!;

    private string Title() => Open()[0].Title;

    private void Write(string title)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(SpecPath)!);
        File.Delete(SpecPath);
        WriteInPlace(title);
    }

    private void WriteInPlace(string title)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(SpecPath)!);
        using var file = new FileStream(SpecPath, FileMode.OpenOrCreate, FileAccess.Write);
        file.SetLength(0);
        file.Write(System.Text.Encoding.UTF8.GetBytes($"tasks:\n  T001: {{title: {title}}}\n"));
    }

    /// <summary>Lets the file system's clock tick past the last change of the spec, and an image say so.</summary>
    private void Settle()
    {
        AwaitTick(SpecPath);
        _ = Open();
    }

    private static void AwaitTick(string spec)
    {
        var probe = spec + ".tick";
        do
            File.WriteAllText(probe, "");
        while (Lodestar.Engine.Storage.FileStamp.Of(probe)!.Value.Changed <= Lodestar.Engine.Storage.FileStamp.Of(spec)!.Value.Changed);
        File.Delete(probe);
    }
}
