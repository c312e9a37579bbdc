using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Lodestar.Core;
using Lodestar.Core.Runs;

namespace Lodestar.Engine.Storage;

/// <summary>Reads a run's ledger from a file, in memory that does not grow with it. Only a last line without its end is
/// forgiven, because a crash leaves one; any other damage is refused with its line number.</summary>
/// <remarks>Lines are taken apart in parallel, a block at a time, and handed over in order while the next block is read.</remarks>
/// <param name="source">The file.</param>
public sealed class LedgerFile(Stream source)
{
    private const int BlockSize = 2 * 1024 * 1024;
    private static readonly byte[] First = System.Text.Encoding.ASCII.GetBytes(LedgerLine.NoHash);

    private readonly byte[] digest = [.. First];
    private RunId? run;
    private long linesRead;
    private long lines;

    /// <summary>The longest line accepted; tests have shorter ones.</summary>
    internal int LongestLine { get; init; } = LedgerLine.LongestLine;

    /// <summary>Reads the whole file.</summary>
    /// <param name="take">Is given every sound line, in order.</param>
    /// <param name="cancellation">Ends the reading between blocks.</param>
    /// <exception cref="RefusedException"><c>ledger-damaged</c>, naming the line; <c>ledger-empty</c>.</exception>
    public async Task<LedgerEnd> ReadAsync(LedgerTake take, CancellationToken cancellation)
    {
        var size = source.CanSeek ? (int)Math.Clamp(source.Length, 4096, BlockSize) : BlockSize;
        var now = new Block(size);
        var after = new Block(size);
        await ReadBlockAsync(now, default, cancellation);
        while (now.Lines.Count > 0)
        {
            // The next block is read and taken apart on other threads while this one is folded here.
            var reading = Task.Run(() => ReadBlockAsync(after, now.Rest, cancellation), cancellation);
            try
            {
                HandOver(now, take);
            }
            finally
            {
                await reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            await reading;
            (now, after) = (after, now);
        }

        var torn = Torn(now.Rest);
        return run is null
            ? throw new RefusedException(new Refusal("ledger-empty", "The ledger holds no whole line.", "lodestar run list"))
            : new LedgerEnd(run.Value, lines, System.Text.Encoding.ASCII.GetString(digest), torn);
    }

    private async Task ReadBlockAsync(Block block, ReadOnlyMemory<byte> rest, CancellationToken cancellation)
    {
        block.Begin(rest);
        while (block.Lines.Count == 0)
        {
            if (block.Length == block.Bytes.Length)
                block.Grow(LongestLine + 1);
            // What cannot be a line is not read to its end: the block is as long as a line may be.
            if (block.Length == block.Bytes.Length)
                throw new RefusedException(TooLong(LongestLine).At(linesRead + 1));
            var count = await source.ReadAtLeastAsync(
                block.Bytes.AsMemory(block.Length), block.Bytes.Length - block.Length, throwOnEndOfStream: false, cancellation);
            block.Length += count;
            block.Split();
            if (count == 0)
                return;
        }

        linesRead += block.Lines.Count;
        Parallel.ForEach(
            System.Collections.Concurrent.Partitioner.Create(0, block.Lines.Count, Math.Max(64, (block.Lines.Count / 8) + 1)),
            new ParallelOptions { MaxDegreeOfParallelism = Math.Clamp(Environment.ProcessorCount, 1, 4), CancellationToken = cancellation },
            part => block.Parse(part.Item1, part.Item2, LongestLine));
    }

    private void HandOver(Block block, LedgerTake take)
    {
        for (var index = 0; index < block.Lines.Count; index++)
        {
            var number = lines + 1;
            ref readonly var read = ref block.Read[index];
            var line = block.Line(index);
            var damage = read.Damage ?? Foreign(read.Run!) ?? read.OutOfPlace(number) ?? read.Unchained(line, digest);
            if (damage is not null)
                throw new RefusedException(damage.At(number));
            take(run!.Value, read.Entry!, line);
            WriteHex(block.Digests.AsSpan(index * SHA256.HashSizeInBytes, SHA256.HashSizeInBytes), digest);
            lines = number;
        }
    }

    private static void WriteHex(ReadOnlySpan<byte> bytes, Span<byte> hex)
    {
        for (var index = 0; index < bytes.Length; index++)
        {
            hex[2 * index] = "0123456789abcdef"u8[bytes[index] >> 4];
            hex[(2 * index) + 1] = "0123456789abcdef"u8[bytes[index] & 15];
        }
    }

    private LedgerDamage? Foreign(string named)
    {
        if (named == run?.Value)
            return null;
        if (run is not null)
            return new("runs-mixed", $"it belongs to {named}, the ledger to {run}");
        try
        {
            run = RunId.Parse(named);
            return null;
        }
        catch (FormatException)
        {
            return new("run-id-invalid", $"its run \"{named}\" is none");
        }
    }

    private TornLine? Torn(ReadOnlyMemory<byte> rest)
    {
        if (rest.IsEmpty)
            return null;
        // A crash tears a line; it does not write NUL bytes. A file that lost power does.
        return rest.Span.Contains((byte)0)
            ? throw new RefusedException(new LedgerDamage("nul-padding", "it holds NUL bytes, as a file does after power was lost").At(lines + 1))
            : new TornLine(lines + 1, rest.Length);
    }

    private static LedgerDamage TooLong(int longest) => new("line-too-long", $"it is longer than {longest} bytes");

    /// <summary>A piece of the file that ends with a line, and what its lines are.</summary>
    private sealed class Block(int size)
    {
        private int end;

        internal byte[] Bytes { get; private set; } = new byte[size];

        internal int Length { get; set; }

        internal List<(int Start, int Length)> Lines { get; } = [];

        internal LedgerLineRead[] Read { get; private set; } = [];

        internal byte[] Digests { get; private set; } = [];

        /// <summary>What follows the last whole line.</summary>
        internal ReadOnlyMemory<byte> Rest => Bytes.AsMemory(end, Length - end);

        internal void Begin(ReadOnlyMemory<byte> rest)
        {
            Lines.Clear();
            end = 0;
            if (Bytes.Length < rest.Length)
                Bytes = new byte[rest.Length];
            rest.CopyTo(Bytes);
            Length = rest.Length;
        }

        internal void Grow(int most)
        {
            if (Bytes.Length >= most)
                return;
            var larger = new byte[(int)Math.Min((long)Bytes.Length * 2, most)];
            Bytes.AsSpan(0, Length).CopyTo(larger);
            Bytes = larger;
        }

        internal void Split()
        {
            var rest = Bytes.AsSpan(0, Length);
            for (var at = rest[end..].IndexOf((byte)'\n'); at >= 0; at = rest[end..].IndexOf((byte)'\n'))
            {
                Lines.Add((end, at));
                end += at + 1;
            }

            if (Read.Length < Lines.Count)
            {
                Read = new LedgerLineRead[Lines.Count];
                Digests = new byte[Lines.Count * SHA256.HashSizeInBytes];
            }
        }

        internal ReadOnlySpan<byte> Line(int index) => Bytes.AsSpan(Lines[index].Start, Lines[index].Length);

        internal void Parse(int from, int until, int longest)
        {
            for (var index = from; index < until; index++)
            {
                var line = Line(index);
                Read[index] = line.Length > longest
                    ? new() { Damage = TooLong(longest) }
                    : LedgerLineReader.Read(line);
                SHA256.HashData(line, Digests.AsSpan(index * SHA256.HashSizeInBytes));
            }
        }
    }
}

/// <summary>Is given one sound line of a ledger.</summary>
/// <param name="run">The run.</param>
/// <param name="entry">What the line says.</param>
/// <param name="line">Its bytes, without the newline; valid only during the call.</param>
public delegate void LedgerTake(RunId run, LedgerEntry entry, ReadOnlySpan<byte> line);

/// <summary>Where a ledger ends.</summary>
/// <param name="Run">The run.</param>
/// <param name="LastSeq">Sequence number of its last whole line.</param>
/// <param name="LastHash">Hash of that line.</param>
/// <param name="Torn">A last line without its end, or null.</param>
public sealed record LedgerEnd(RunId Run, long LastSeq, string LastHash, TornLine? Torn);

/// <summary>A last line that has no end: what a crash leaves of a line that was being written.</summary>
/// <param name="Line">Its number.</param>
/// <param name="Bytes">Its length.</param>
public sealed record TornLine(long Line, int Bytes);
