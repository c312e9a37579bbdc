using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace Lodestar.Engine.Storage;

/// <summary>A piece of a ledger that ends with a line, and what its lines are. Lines are taken apart in parallel.</summary>
/// <param name="size">Bytes it has room for at first.</param>
internal sealed class LedgerBlock(int size)
{
    /// <summary>Fewer lines than this are not worth a second thread.</summary>
    private const int LeastPerThread = 64;

    private int end;

    internal byte[] Bytes { get; private set; } = new byte[size];

    internal int Length { get; set; }

    internal List<(int Start, int Length)> Lines { get; } = [];

    internal LedgerLineRead[] Read { get; private set; } = [];

    internal byte[] Digests { get; private set; } = [];

    /// <summary>What follows the last whole line.</summary>
    internal ReadOnlyMemory<byte> Rest => Bytes.AsMemory(end, Length - end);

    internal static LedgerDamage TooLong(int longest) => new("line-too-long", $"it is longer than {longest} bytes");

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
    }

    /// <summary>Adds a line that comes without its end.</summary>
    /// <returns>False when there is no room for it; a block without lines takes any.</returns>
    internal bool TryAdd(ReadOnlySpan<byte> line)
    {
        if (Length + line.Length > Bytes.Length)
        {
            if (Lines.Count > 0)
                return false;
            Bytes = new byte[line.Length];
        }

        line.CopyTo(Bytes.AsSpan(Length));
        Lines.Add((Length, line.Length));
        end = Length += line.Length;
        return true;
    }

    internal ReadOnlySpan<byte> Line(int index) => Bytes.AsSpan(Lines[index].Start, Lines[index].Length);

    internal ReadOnlySpan<byte> Digest(int index) => Digests.AsSpan(index * SHA256.HashSizeInBytes, SHA256.HashSizeInBytes);

    /// <summary>Takes every line apart and hashes it.</summary>
    internal void Parse(int longest, CancellationToken cancellation)
    {
        if (Read.Length < Lines.Count)
        {
            Read = new LedgerLineRead[Lines.Count];
            Digests = new byte[Lines.Count * SHA256.HashSizeInBytes];
        }

        if (Lines.Count <= LeastPerThread)
        {
            Parse(0, Lines.Count, longest);
            return;
        }

        Parallel.ForEach(
            Partitioner.Create(0, Lines.Count, Math.Max(LeastPerThread, (Lines.Count / 8) + 1)),
            new ParallelOptions { MaxDegreeOfParallelism = Math.Clamp(Environment.ProcessorCount, 1, 4), CancellationToken = cancellation },
            part => Parse(part.Item1, part.Item2, longest));
    }

    private void Parse(int from, int until, int longest)
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
