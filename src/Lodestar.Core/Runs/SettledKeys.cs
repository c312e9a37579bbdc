using System.Buffers;
using System.Runtime.Intrinsics;

namespace Lodestar.Core.Runs;

/// <summary>The keys of effects that were done. It only ever grows, so that one with another key added shares everything with the
/// one before it, which goes on not to have that key.</summary>
/// <remarks>A long run settles a hundred thousand effects: a key is kept as the digest it is, and found by it. Sets that grew out of
/// one set share its table, and each looks only at as many keys as it has. The first to add to a set's end takes the next place
/// in the table; who finds it taken goes on in a table of its own.</remarks>
public sealed class SettledKeys
{
    private const int DigestOffset = 3;
    private readonly Table table;

    private SettledKeys(Table table, int count)
    {
        this.table = table;
        Count = count;
    }

    /// <summary>No key.</summary>
    public static SettledKeys None { get; } = new(new Table(0), 0);

    /// <summary>How many keys there are.</summary>
    public int Count { get; }

    /// <summary>True when an effect with this key was done.</summary>
    public bool Contains(IdempotencyKey key) => table.Find(DigestOf(key), Count);

    /// <summary>The same keys and one more.</summary>
    public SettledKeys With(IdempotencyKey key)
    {
        var digest = DigestOf(key);
        if (table.Find(digest, Count))
            return this;
        var room = table.TryTake(Count) ? table : table.Copy(Count);
        room.Write(Count, digest);
        return new SettledKeys(room, Count + 1);
    }

    private static Vector256<byte> DigestOf(IdempotencyKey key)
    {
        Span<byte> digest = stackalloc byte[Vector256<byte>.Count];
        if (Convert.FromHexString(key.Value.AsSpan(DigestOffset), digest, out _, out var bytes) != OperationStatus.Done || bytes != digest.Length)
            throw new ArgumentException($"\"{key}\" is no key of an effect.", nameof(key));
        return Vector256.Create<byte>(digest);
    }

    /// <summary>Keys in the order they came, and for each the one before it with the same end of its digest.</summary>
    private sealed class Table(int room)
    {
        private readonly Vector256<byte>[] digests = new Vector256<byte>[room];
        private readonly int[] before = new int[room];
        private readonly int[] last = new int[room];
        private int taken;

        internal bool Find(in Vector256<byte> digest, int count)
        {
            if (count == 0)
                return false;
            // Places are counted from 1, so that 0 is none. Later places belong to sets that grew out of this one.
            for (var place = Volatile.Read(ref last[Slot(digest)]); place != 0; place = before[place - 1])
            {
                if (place <= count && digests[place - 1] == digest)
                    return true;
            }

            return false;
        }

        internal bool TryTake(int place) =>
            place < digests.Length && Interlocked.CompareExchange(ref taken, place + 1, place) == place;

        internal Table Copy(int count)
        {
            var copy = new Table(count < digests.Length ? digests.Length : Math.Max(16, 2 * count));
            for (var place = 0; place < count; place++)
                copy.Write(place, digests[place]);
            copy.taken = count + 1;
            return copy;
        }

        internal void Write(int place, in Vector256<byte> digest)
        {
            ref var chain = ref last[Slot(digest)];
            digests[place] = digest;
            before[place] = chain;
            Volatile.Write(ref chain, place + 1);
        }

        // Digests are hash enough, but a ledger can hold invented ones: which of them meet must not be known beforehand.
        private int Slot(in Vector256<byte> digest)
        {
            var parts = digest.AsUInt64();
            return (int)((uint)HashCode.Combine(parts[0], parts[1], parts[2], parts[3]) % (uint)last.Length);
        }
    }
}
