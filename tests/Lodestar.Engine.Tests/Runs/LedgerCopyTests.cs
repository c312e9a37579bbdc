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
    public void A_copy_that_is_not_there_is_made() => Assert.Equal((0, whole), Refilled());

    [Fact]
    public void A_copy_that_is_whole_is_left_alone()
    {
        Write(whole);
        Assert.Equal((ledger.Length, whole), Refilled());
    }

    [Fact]
    public void A_copy_that_lags_is_gone_on_with_and_a_torn_line_is_written_again()
    {
        var third = whole.IndexOf(world.Ledger[3], StringComparison.Ordinal);
        foreach (var torn in (int[])[0, 1, world.Ledger[3].Length])
        {
            Write(whole[..(third + torn)]);
            Assert.Equal((3, whole), Refilled());
        }
    }

    [Fact]
    public void A_copy_that_was_changed_or_holds_too_much_says_what_the_store_says_again()
    {
        Write(whole.Replace(world.Ledger[2], world.Ledger[2].Replace("seq", "sep", StringComparison.Ordinal), StringComparison.Ordinal));
        Assert.Equal((2, whole), Refilled());
        Write(whole + world.Ledger[^1] + "\n");
        Assert.Equal((ledger.Length, whole), Refilled());
        Write("");
        Assert.Equal((0, whole), Refilled());
    }

    [Fact]
    public void A_copy_that_others_can_read_or_that_is_a_link_is_made_anew()
    {
        Write(whole);
        File.SetUnixFileMode(path, File.GetUnixFileMode(path) | UnixFileMode.OtherRead);
        Assert.Equal((0, whole), Refilled());
        Assert.True(PrivateFile.IsPrivate(path));

        var elsewhere = Path.Combine(scratch.Root, "elsewhere");
        File.Move(path, elsewhere);
        File.AppendAllText(elsewhere, "more\n");
        File.CreateSymbolicLink(path, elsewhere);
        Assert.Equal((0, whole), Refilled());
        Assert.Null(new FileInfo(path).LinkTarget);
        Assert.Equal(whole + "more\n", File.ReadAllText(elsewhere));
    }

    /// <summary>How many lines were right before, and what the copy says after.</summary>
    private (int, string) Refilled()
    {
        using var copy = new LedgerCopy(path);
        var taken = new RunTakenUp(world.Run, copy);
        foreach (var (entry, line) in ledger.Zip(world.Ledger))
            taken.Take(entry, System.Text.Encoding.UTF8.GetBytes(line));
        using (var folder = new RunFolder(scratch.Root, world.Run))
            folder.Refill(taken, []);
        return (copy.Lines, File.ReadAllText(path));
    }

    private void Write(string text)
    {
        PrivateFile.CreateFolder(Path.GetDirectoryName(path)!);
        PrivateFile.WriteText(path, text);
    }

    public void Dispose() => scratch.Dispose();
}
