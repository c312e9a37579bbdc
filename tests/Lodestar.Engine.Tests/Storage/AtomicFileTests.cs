using Lodestar.Engine.Storage;
using Lodestar.TestKit;

namespace Lodestar.Engine.Tests.Storage;

public sealed class AtomicFileTests : IDisposable
{
    private readonly ScratchDirectory scratch = new();

    [Fact]
    public void A_file_is_replaced_whole_and_nothing_stays_beside_it()
    {
        var path = scratch.Write("spec.yaml", "a long old content");

        AtomicFile.WriteText(path, "new");

        Assert.Equal("new", File.ReadAllText(path));
        Assert.Single(Directory.GetFileSystemEntries(scratch.Root));
    }

    [Fact]
    public void A_new_file_is_created()
    {
        AtomicFile.WriteText(scratch.PathOf("new.txt"), "content");

        Assert.Equal("content", File.ReadAllText(scratch.PathOf("new.txt")));
    }

    [Fact]
    public void The_mode_of_a_file_survives_its_replacement()
    {
        var path = scratch.Write("spec.yaml", "old");
        const UnixFileMode mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead;
        File.SetUnixFileMode(path, mode);

        AtomicFile.WriteText(path, "new");

        Assert.Equal(mode, File.GetUnixFileMode(path));
    }

    [Fact]
    public void A_symbolic_link_stays_and_its_target_is_replaced()
    {
        var target = scratch.Write("elsewhere/spec.yaml", "old");
        var link = scratch.PathOf("spec.yaml");
        File.CreateSymbolicLink(link, Path.Combine("elsewhere", "spec.yaml"));

        AtomicFile.WriteText(link, "new");

        Assert.Equal("new", File.ReadAllText(target));
        Assert.NotNull(new FileInfo(link).LinkTarget);
    }

    [Fact]
    public void A_leftover_of_a_killed_writer_is_in_nobodys_way()
    {
        var path = scratch.PathOf("spec.yaml");
        for (var number = 1; number <= 20; number++)
            scratch.Write($".spec.yaml.{Environment.ProcessId}-{number}.tmp", "torn");

        AtomicFile.WriteText(path, "new");

        Assert.Equal("new", File.ReadAllText(path));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(64 * 1024 / 4)]
    [InlineData(100_000)]
    public void A_text_is_written_as_one_whatever_its_length(int length)
    {
        var text = string.Concat(Enumerable.Repeat("\U0001F680é", length)) + "\ud800";

        AtomicFile.WriteText(scratch.PathOf("text"), text);
        Assert.Equal(System.Text.Encoding.UTF8.GetBytes(text), File.ReadAllBytes(scratch.PathOf("text")));

        AtomicFile.WriteText(scratch.PathOf("text"), "x" + text);
        Assert.Equal(System.Text.Encoding.UTF8.GetBytes("x" + text), File.ReadAllBytes(scratch.PathOf("text")));
    }

    public void Dispose() => scratch.Dispose();
}
