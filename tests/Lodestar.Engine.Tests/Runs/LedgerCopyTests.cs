using Lodestar.Core.Runs;
using Lodestar.Engine.Storage;
using Lodestar.Engine.Supervision;
using Lodestar.TestKit;
using Lodestar.TestKit.World;

namespace Lodestar.Engine.Tests.Runs;

/// <summary>The copy of a ledger is brought up to the store's, whatever became of it; what is right of it stays.</summary>
public sealed class LedgerCopyTests : IDisposable
{
    private readonly ScratchDirectory scratch = new();
    private readonly SimulatedWorld world = new(3);
    private readonly LedgerEntry[] ledger;
    private readonly string path;
    private readonly string whole;

    public LedgerCopyTests()
    {
        world.Live();
        ledger = [.. world.Ledger.Select(LedgerLine.ReadAlone)];
        whole = string.Concat(world.Ledger.Select(line => line + "\n"));
        path = RunFolder.LedgerPath(scratch.Root, world.Run);
    }

    [Fact]
    public async Task A_copy_that_is_not_there_is_made() => Assert.Equal((0, whole), await Refilled());

    [Fact]
    public async Task A_copy_that_is_whole_is_left_alone()
    {
        Write(whole);
        Assert.Equal((ledger.Length, whole), await Refilled());
    }

    [Fact]
    public async Task A_copy_that_lags_is_gone_on_with_and_a_torn_line_is_written_again()
    {
        var third = whole.IndexOf(world.Ledger[3], StringComparison.Ordinal);
        foreach (var torn in (int[])[0, 1, world.Ledger[3].Length])
        {
            Write(whole[..(third + torn)]);
            Assert.Equal((3, whole), await Refilled());
        }
    }

    [Fact]
    public async Task A_copy_that_was_changed_or_holds_too_much_says_what_the_store_says_again()
    {
        Write(whole.Replace(world.Ledger[2], world.Ledger[2].Replace("seq", "sep", StringComparison.Ordinal), StringComparison.Ordinal));
        Assert.Equal((2, whole), await Refilled());
        Write(whole + world.Ledger[^1] + "\n");
        Assert.Equal((ledger.Length, whole), await Refilled());
        Write("");
        Assert.Equal((0, whole), await Refilled());
    }

    [Fact]
    public async Task A_copy_that_others_can_read_or_that_is_a_link_is_made_anew()
    {
        Write(whole);
        File.SetUnixFileMode(path, File.GetUnixFileMode(path) | UnixFileMode.OtherRead);
        Assert.Equal((0, whole), await Refilled());
        Assert.True(PrivateFile.IsPrivate(path));

        var elsewhere = Path.Combine(scratch.Root, "elsewhere");
        File.Move(path, elsewhere);
        File.AppendAllText(elsewhere, "more\n");
        File.CreateSymbolicLink(path, elsewhere);
        Assert.Equal((0, whole), await Refilled());
        Assert.Null(new FileInfo(path).LinkTarget);
        Assert.Equal(whole + "more\n", File.ReadAllText(elsewhere));
    }

    [Fact]
    public async Task Lines_that_another_version_wrote_are_copied_as_they_are()
    {
        string[] older = [.. world.Ledger.Select(line => line.Replace(",\"redact\":[]", "", StringComparison.Ordinal).Replace("{\"v\":1,", "{ \"v\":1,", StringComparison.Ordinal))];
        var text = string.Concat(older.Select(line => line + "\n"));

        Assert.Equal((0, text), await Refilled(older));
        Assert.Equal((older.Length, text), await Refilled(older));
    }

    /// <summary>How many lines were right before, and what the copy says after.</summary>
    private Task<(int, string)> Refilled() => Refilled([.. world.Ledger]);

    private async Task<(int, string)> Refilled(string[] stored)
    {
        using var copy = new LedgerCopy(path);
        var taken = new RunTakenUp(world.Run, copy);
        foreach (var (entry, line) in ledger.Zip(stored))
            taken.Take(entry, System.Text.Encoding.UTF8.GetBytes(line));
        using (var folder = new RunFolder(scratch.Root, world.Run))
            await folder.RefillAsync(taken, [], after => Task.FromResult<IReadOnlyList<string>>([.. stored.Skip((int)after).Take(7)]));
        return (copy.Lines, await File.ReadAllTextAsync(path));
    }

    private void Write(string text)
    {
        PrivateFile.CreateFolder(Path.GetDirectoryName(path)!);
        PrivateFile.WriteText(path, text);
    }

    public void Dispose() => scratch.Dispose();
}
