using System.Security.Cryptography;
using System.Text.Unicode;

namespace Lodestar.Engine.Storage;

/// <summary>A piece of a ledger that ends with a line, and the digests of its lines.</summary>
/// <param name="size">Bytes it has room for at first.</param>
internal sealed class LedgerBlock(int size)
{
    private const int HashDigits = 2 * SHA256.HashSizeInBytes;

    private int end;
    private bool isText;
    private byte[] digests = [];
    private LedgerLineRead[] ahead = [];
    private int aheadCount;

    internal byte[] Bytes { get; private set; } = new byte[size];

    internal int Length { get; set; }

    internal List<(int Start, int Length)> Lines { get; } = [];


    /// <summary>What follows the last whole line.</summary>
    internal ReadOnlyMemory<byte> Rest => Bytes.AsMemory(end, Length - end);

    internal static LedgerDamage TooLong(int longest) => new("line-too-long", $"it is longer than {longest} bytes");

    internal void Begin(ReadOnlyMemory<byte> rest)
    {
        Lines.Clear();
        (end, aheadCount) = (0, 0);
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
        if (Lines.Count > 0 && Length + line.Length > size)
            return false;
        if (line.Length > Bytes.Length)
            Bytes = new byte[line.Length];

        line.CopyTo(Bytes.AsSpan(Length));
        Lines.Add((Length, line.Length));
        end = Length += line.Length;
        return true;
    }

    internal ReadOnlySpan<byte> Line(int index) => Bytes.AsSpan(Lines[index].Start, Lines[index].Length);

    /// <summary>The digest of a line, as the next one names it.</summary>
    internal ReadOnlySpan<byte> Digest(int index) => digests.AsSpan(index * HashDigits, HashDigits);

    /// <summary>What needs no understanding of the lines: their hashes, and whether they are text.</summary>
    internal void Hash()
    {
        isText = Utf8.IsValid(Bytes.AsSpan(0, end));
        if (digests.Length < Lines.Count * HashDigits)
            digests = new byte[Lines.Count * HashDigits];
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        for (var index = 0; index < Lines.Count; index++)
        {
            SHA256.HashData(Line(index), digest);
            var digits = digests.AsSpan(index * HashDigits, HashDigits);
            for (var at = 0; at < digest.Length; at++)
            {
                digits[2 * at] = "0123456789abcdef"u8[digest[at] >> 4];
                digits[(2 * at) + 1] = "0123456789abcdef"u8[digest[at] & 15];
            }
        }
    }

    /// <summary>Takes lines apart until somebody wants the block.</summary>
    internal void ReadAhead(int longest, LedgerWords words, Func<bool> isWanted)
    {
        if (ahead.Length < Lines.Count)
            ahead = new LedgerLineRead[Lines.Count];
        for (aheadCount = 0; aheadCount < Lines.Count && !isWanted(); aheadCount++)
            ahead[aheadCount] = TakeApart(aheadCount, longest, words);
    }

    /// <summary>What a line says.</summary>
    internal LedgerLineRead Read(int index, int longest, LedgerWords words) =>
        index < aheadCount ? ahead[index] : TakeApart(index, longest, words);

    private LedgerLineRead TakeApart(int index, int longest, LedgerWords words)
    {
        var line = Line(index);
        if (line.Length > longest)
            return new() { Damage = TooLong(longest) };
        return isText && LedgerWrittenForm.TryRead(line, words, out var read) ? read : LedgerLineReader.Read(line);
    }
}
