using System.Text;
using Lodestar.Core.Runs;
using Lodestar.Engine.Operations;
using Lodestar.Engine.Storage;
using Lodestar.TestKit;
using Lodestar.TestKit.World;

namespace Lodestar.Engine.Tests.Storage;

/// <summary>Ledger files as crashes, power cuts and hands leave them.</summary>
public sealed class LedgerFileTests
{
    private static readonly SimulatedWorld World = Lived();

    private static readonly string[] Lines = [.. World.Ledger];

    [Fact]
    public async Task A_whole_ledger_folds_to_the_state_its_run_ended_in()
    {
        var (end, entries) = await ReadAsync(Text(Lines));

        Assert.Equal((World.Run, Lines.Length, LedgerLine.HashOf(Lines[^1]), null), (end.Run, end.LastSeq, end.LastHash, end.Torn));
        Assert.Equal(World.State.Tip, RunFold.All(World.Run, entries).Tip);
    }

    [Fact]
    public async Task Every_cut_of_a_ledger_reads_as_the_lines_before_it()
    {
        var text = Text(Lines[..4]);
        var first = text.AsSpan().IndexOf((byte)'\n') + 1;
        for (var cut = first; cut <= text.Length; cut++)
        {
            var (end, entries) = await ReadAsync(text[..cut]);

            var whole = text.AsSpan(0, cut).Count((byte)'\n');
            Assert.Equal((whole, whole), (entries.Count, (int)end.LastSeq));
            Assert.Equal(text[cut - 1] == '\n' ? null : whole + 1, end.Torn?.Line);
        }
    }

    [Fact]
    public async Task Every_changed_byte_is_found()
    {
        var text = Text(Lines[..3]);
        // The last line has nothing after it that would name it, so it is not changed here.
        var until = Text(Lines[..2]).Length - 1;
        for (var at = 0; at < until; at += 7)
        {
            var changed = text.ToArray();
            changed[at] ^= 1;
            await Assert.ThrowsAsync<RefusedException>(() => ReadAsync(changed));
        }
    }

    [Theory]
    [InlineData("empty-line", 3)]
    [InlineData("nul-padding", 3)]
    [InlineData("byte-order-mark", 1)]
    [InlineData("not-utf8", 3)]
    [InlineData("not-json", 3)]
    [InlineData("not-an-object", 3)]
    [InlineData("lines-fused", 3)]
    [InlineData("unknown-version", 3)]
    [InlineData("unknown-type", 3)]
    [InlineData("unknown-member", 3)]
    [InlineData("member-missing", 3)]
    [InlineData("member-repeated", 3)]
    [InlineData("key-differs", 3)]
    [InlineData("sequence-repeated", 3)]
    [InlineData("sequence-gap", 3)]
    [InlineData("sequence-backwards", 4)]
    [InlineData("runs-mixed", 3)]
    [InlineData("chain-broken", 3)]
    [InlineData("line-too-long", 3)]
    public async Task Damage_is_refused_with_its_line_and_rule(string rule, long line)
    {
        var refused = await Assert.ThrowsAsync<RefusedException>(() => ReadAsync(Damaged(rule), longest: 20_000));

        Assert.Equal("ledger-damaged", refused.Refusal.Code);
        Assert.Equal((line, rule), (refused.Refusal.Details["line"]!.GetValue<long>(), refused.Refusal.Details["rule"]!.GetValue<string>()));
    }

    [Fact]
    public async Task Zeroes_after_the_last_line_are_damage_and_not_a_torn_line()
    {
        var refused = await Assert.ThrowsAsync<RefusedException>(() => ReadAsync([.. Text(Lines[..2]), 0, 0, 0]));

        Assert.Equal("nul-padding", refused.Refusal.Details["rule"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_ledger_is_read_in_memory_that_does_not_grow_with_it()
    {
        var path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        await using var file = new FileStream(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 1 << 16, FileOptions.DeleteOnClose);
        var hash = LedgerLine.NoHash;
        for (var seq = 1; seq <= 16_000; seq++)
        {
            var line = LedgerLine.Write(World.Run, new(seq, default, "engine", new RunEvent.RunPaused("code", new string('x', 300))), hash);
            hash = LedgerLine.HashOf(line);
            file.Write(Encoding.UTF8.GetBytes(line + "\n"));
        }

        file.Position = 0;
        long early = 0, late = 0;
        await new LedgerFile(file).ReadAsync(
            (_, entry, _) =>
            {
                if (entry.Seq == 5_000)
                    early = GC.GetTotalMemory(forceFullCollection: true);
                if (entry.Seq == 15_000)
                    late = GC.GetTotalMemory(forceFullCollection: true);
            },
            CancellationToken.None);

        Assert.InRange(file.Length, 8_000_000, 16_000_000);
        Assert.InRange(late - early, long.MinValue, 4_000_000);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{\"v\":1,\"seq\"")]
    public async Task A_file_without_a_whole_line_is_no_ledger(string text)
    {
        var refused = await Assert.ThrowsAsync<RefusedException>(() => ReadAsync(Encoding.UTF8.GetBytes(text)));

        Assert.Equal("ledger-empty", refused.Refusal.Code);
    }

    [Fact]
    public async Task A_line_as_long_as_allowed_is_read_and_a_byte_more_is_not()
    {
        var longest = Lines.Max(line => Encoding.UTF8.GetByteCount(line));

        Assert.Equal(Lines.Length, (await ReadAsync(Text(Lines), longest)).End.LastSeq);
        await Assert.ThrowsAsync<RefusedException>(() => ReadAsync(Text(Lines), longest - 1));
    }

    [Fact]
    public async Task A_replay_shows_the_run_as_it_stood_at_every_sequence_number()
    {
        using var scratch = new ScratchDirectory();
        var path = scratch.Write("ledger.ndjson", string.Concat(Lines.Select(line => line + "\n")) + Lines[0][..20]);
        var (_, entries) = await ReadAsync(Text(Lines));

        foreach (var at in (long[])[1, 2, Lines.Length / 2, Lines.Length])
        {
            var replayed = await new ReplayLedger(path, at).ExecuteAsync(CancellationToken.None);

            var state = RunFold.All(World.Run, entries.Take((int)at));
            Assert.Equal(
                (at, (long)Lines.Length, state.Tip, state.InFlight.Count),
                (replayed.Data!.Seq, replayed.Data.LastSeq, replayed.Data.State.RunHead, replayed.Data.InFlight.Length));
            Assert.Equal("ledger-torn", Assert.Single(replayed.Warnings).Code);
        }

        var beyond = await new ReplayLedger(path, Lines.Length + 1).ExecuteAsync(CancellationToken.None);
        Assert.Equal("sequence-out-of-range", beyond.Refusal?.Code);
    }

    private static byte[] Damaged(string rule)
    {
        var lines = Lines[..6].Select(line => Encoding.UTF8.GetBytes(line)).ToList();
        byte[] Third(Func<string, string> change) => Encoding.UTF8.GetBytes(change(Lines[2]));
        lines[2] = rule switch
        {
            "empty-line" => [],
            "nul-padding" => [.. lines[2], 0, 0],
            "not-utf8" => [.. lines[2], 0xFF],
            "not-json" => Third(line => line[..^4]),
            "not-an-object" => Third(_ => "[]"),
            "lines-fused" => [.. lines[2], .. lines[3]],
            "unknown-version" => Third(line => line.Replace("{\"v\":1,", "{\"v\":2,", StringComparison.Ordinal)),
            "unknown-type" => Third(line => line.Replace("\"type\":\"", "\"type\":\"un", StringComparison.Ordinal)),
            "unknown-member" => Third(line => line.Replace("{\"v\":1,", "{\"v\":1,\"w\":1,", StringComparison.Ordinal)),
            "member-missing" => Third(line => line.Replace("{\"v\":1,", "{", StringComparison.Ordinal)),
            "member-repeated" => Third(line => line.Replace("{\"v\":1,", "{\"v\":1,\"v\":1,", StringComparison.Ordinal)),
            "key-differs" => Third(KeyChanged),
            "sequence-repeated" => lines[1],
            "sequence-gap" => lines[3],
            "runs-mixed" => Third(line => line.Replace(World.Run.Value, World.Run.Value[..^1] + "x", StringComparison.Ordinal)),
            "chain-broken" => Third(line => line[..^10] + (line[^10] == '0' ? '1' : '0') + line[^9..]),
            "line-too-long" => [.. lines[2], .. Encoding.ASCII.GetBytes(new string(' ', 20_000))],
            _ => lines[2],
        };
        if (rule == "sequence-backwards")
            lines[3] = lines[1];
        byte[] head = rule == "byte-order-mark" ? [0xEF, 0xBB, 0xBF] : [];
        return [.. head, .. lines.SelectMany(line => (byte[])[.. line, (byte)'\n'])];
    }

    private static string KeyChanged(string line)
    {
        var at = line.IndexOf("ik:", StringComparison.Ordinal) + 3;
        return line[..at] + (line[at] == '0' ? '1' : '0') + line[(at + 1)..];
    }

    private static async Task<(LedgerEnd End, List<LedgerEntry> Entries)> ReadAsync(byte[] text, int longest = LedgerLine.LongestLine)
    {
        var entries = new List<LedgerEntry>();
        var file = new LedgerFile(new MemoryStream(text)) { LongestLine = longest };
        return (await file.ReadAsync((_, entry, _) => entries.Add(entry), CancellationToken.None), entries);
    }

    private static byte[] Text(IEnumerable<string> lines) => Encoding.UTF8.GetBytes(string.Concat(lines.Select(line => line + "\n")));

    private static SimulatedWorld Lived()
    {
        var world = new SimulatedWorld(3);
        world.Live();
        return world;
    }
}
