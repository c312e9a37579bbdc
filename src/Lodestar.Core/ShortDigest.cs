using System.Buffers.Binary;
using System.Numerics;

namespace Lodestar.Core;

/// <summary>SHA-256 of a few hundred bytes, computed here.</summary>
/// <remarks>
/// The runtime's own SHA-256 is faster by the byte, but on Linux it begins with loading OpenSSL: two milliseconds, a fifth of what
/// a claim takes, for the digest of a few lines. Whoever has much to digest takes <see cref="Runs.Sha256Text"/>; tests compare both.
/// </remarks>
public static class ShortDigest
{
    private const int BlockSize = 64;

    private static readonly uint[] RoundConstants = Fractions(64, Math.Cbrt);
    private static readonly uint[] Begin = Fractions(8, Math.Sqrt);

    /// <summary>The digest as 64 lower-case hex digits.</summary>
    public static string Of(ReadOnlySpan<byte> content)
    {
        Span<uint> state = stackalloc uint[8];
        Begin.CopyTo(state);
        var rest = content;
        for (; rest.Length >= BlockSize; rest = rest[BlockSize..])
            Add(state, rest);

        // The end: a set bit, zeros, and the length in bits, filling one block or two.
        Span<byte> last = stackalloc byte[2 * BlockSize];
        last.Clear();
        rest.CopyTo(last);
        last[rest.Length] = 0x80;
        last = last[..(rest.Length < BlockSize - sizeof(long) ? BlockSize : 2 * BlockSize)];
        BinaryPrimitives.WriteInt64BigEndian(last[^sizeof(long)..], content.Length * 8L);
        for (; last.Length > 0; last = last[BlockSize..])
            Add(state, last);

        Span<byte> digest = stackalloc byte[32];
        for (var word = 0; word < state.Length; word++)
            BinaryPrimitives.WriteUInt32BigEndian(digest[(word * sizeof(uint))..], state[word]);
        return Convert.ToHexStringLower(digest);
    }

    private static void Add(Span<uint> state, ReadOnlySpan<byte> block)
    {
        Span<uint> words = stackalloc uint[64];
        for (var at = 0; at < 16; at++)
            words[at] = BinaryPrimitives.ReadUInt32BigEndian(block[(at * sizeof(uint))..]);
        for (var at = 16; at < words.Length; at++)
        {
            var (near, far) = (words[at - 2], words[at - 15]);
            words[at] = words[at - 16] + words[at - 7]
                + (BitOperations.RotateRight(far, 7) ^ BitOperations.RotateRight(far, 18) ^ (far >> 3))
                + (BitOperations.RotateRight(near, 17) ^ BitOperations.RotateRight(near, 19) ^ (near >> 10));
        }

        var (a, b, c, d, e, f, g, h) = (state[0], state[1], state[2], state[3], state[4], state[5], state[6], state[7]);
        for (var round = 0; round < words.Length; round++)
        {
            var turned = BitOperations.RotateRight(e, 6) ^ BitOperations.RotateRight(e, 11) ^ BitOperations.RotateRight(e, 25);
            var first = h + turned + ((e & f) ^ (~e & g)) + RoundConstants[round] + words[round];
            turned = BitOperations.RotateRight(a, 2) ^ BitOperations.RotateRight(a, 13) ^ BitOperations.RotateRight(a, 22);
            var second = turned + ((a & b) ^ (a & c) ^ (b & c));
            (h, g, f, e, d, c, b, a) = (g, f, e, d + first, c, b, a, first + second);
        }

        ReadOnlySpan<uint> mixed = [a, b, c, d, e, f, g, h];
        for (var word = 0; word < state.Length; word++)
            state[word] += mixed[word];
    }

    /// <summary>The first 32 bits of the fractions of the first primes' roots, as the standard defines its constants.</summary>
    private static uint[] Fractions(int count, Func<double, double> root)
    {
        var found = new uint[count];
        for (var (prime, at) = (2, 0); at < count; prime++)
        {
            if (!IsPrime(prime))
                continue;
            var value = root(prime);
            found[at++] = (uint)((value - Math.Floor(value)) * (1L << 32));
        }

        return found;
    }

    private static bool IsPrime(int number)
    {
        for (var divisor = 2; divisor * divisor <= number; divisor++)
        {
            if (number % divisor == 0)
                return false;
        }

        return true;
    }
}
