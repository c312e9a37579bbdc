using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Lodestar.Core;
using Lodestar.Core.Runs;
using Lodestar.Engine.Schemas;

namespace Lodestar.Engine.Storage;

/// <summary>Takes a ledger line apart without making text of what is only compared. It knows nothing of other lines, so
/// that many can be read at once.</summary>
internal static class LedgerLineReader
{
    private const int HashDigits = 64;

    private static readonly string[] Members = ["v", "seq", "run_id", "at", "type", "key", "actor", "data", "prev"];
    private static readonly byte[][] Utf8Members = [.. Members.Select(Encoding.UTF8.GetBytes)];

    /// <summary>Reads one line, without its newline. Whatever is wrong with it is in the result.</summary>
    internal static LedgerLineRead Read(ReadOnlySpan<byte> line)
    {
        if (Spoiled(line) is { } spoiled)
            return new() { Damage = spoiled };
        try
        {
            return Parse(line);
        }
        catch (Exception cause) when (cause is FormatException || JsonText.IsFault(cause))
        {
            return new() { Damage = new("not-json", Told(cause)) };
        }
        catch (NotSupportedException)
        {
            // What the deserialiser says of an effect or a result without its kind.
            return new() { Damage = new("not-json", "its data does not begin with its kind") };
        }
    }

    /// <summary>The key a line shows beside its data.</summary>
    internal static IdempotencyKey? KeyOf(RunEvent happened) => happened switch
    {
        RunEvent.EffectIntended intended => intended.Key,
        RunEvent.EffectSettled settled => settled.Key,
        RunEvent.ProcessSpawning spawning => spawning.Key,
        _ => null,
    };

    /// <summary>What bytes alone can tell, said before a parser gives a worse reason.</summary>
    private static LedgerDamage? Spoiled(ReadOnlySpan<byte> line)
    {
        if (line.IsEmpty)
            return new("empty-line", "it is empty");
        if (line.Contains((byte)0))
            return new("nul-padding", "it holds NUL bytes, as a file does after power was lost");
        if (line.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]))
            return new("byte-order-mark", "it begins with a byte order mark");
        return Utf8.IsValid(line) ? null : new("not-utf8", "it is not UTF-8");
    }

    private static LedgerLineRead Parse(ReadOnlySpan<byte> line)
    {
        var reader = new Utf8JsonReader(line);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            return new() { Damage = new("not-an-object", "it is not a JSON object") };

        var found = new Fields();
        var guess = 0;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var member = Member(ref reader, guess);
            guess = member + 1;
            if (member < 0)
                return new() { Damage = new("unknown-member", $"its member \"{reader.GetString()}\" is unknown") };
            if ((found.Seen & (1 << member)) != 0)
                return new() { Damage = new("member-repeated", $"its member \"{Members[member]}\" occurs twice") };
            found.Seen |= 1 << member;
            reader.Read();
            if (found.Take(member, ref reader) is { } damage)
                return new() { Damage = damage };
        }

        var end = (int)reader.BytesConsumed;
        if (line[end..].Trim(" \t\r"u8).Length > 0)
            return new() { Damage = new("lines-fused", "more follows where its object ends") };
        for (var member = 0; member < Members.Length; member++)
        {
            if ((found.Seen & (1 << member)) == 0)
                return new() { Damage = new("member-missing", $"its member \"{Members[member]}\" is missing") };
        }

        return found.Entry(line);
    }

    /// <summary>Which member this is; writers keep to one order, so the one behind the last is looked at first.</summary>
    private static int Member(ref Utf8JsonReader reader, int guess)
    {
        if (guess < Members.Length && reader.ValueTextEquals(Utf8Members[guess]))
            return guess;
        for (var member = 0; member < Members.Length; member++)
        {
            if (reader.ValueTextEquals(Utf8Members[member]))
                return member;
        }

        return -1;
    }

    private static string Told(Exception cause) => cause.Message.ReplaceLineEndings(" ").TrimEnd('.');

    /// <summary>The members of one line as they are met, in whatever order.</summary>
    private struct Fields
    {
        internal int Seen;
        private long seq;
        private string? run;
        private string? actor;
        private DateTimeOffset at;
        private System.Text.Json.Serialization.Metadata.JsonTypeInfo? shape;
        private bool isKeyNull;
        private Range key;
        private Range data;
        private int prev;

        internal LedgerDamage? Take(int member, ref Utf8JsonReader reader)
        {
            switch (Members[member])
            {
                case "v":
                    var version = reader.GetInt32();
                    return version == LedgerLine.Version
                        ? null
                        : new("unknown-version", $"its version is {version}, this program reads {LedgerLine.Version}");
                case "seq":
                    seq = reader.GetInt64();
                    return null;
                case "run_id":
                    run = reader.GetString();
                    return null;
                case "at":
                    at = StoreTime.Parse(reader.ValueSpan);
                    return null;
                case "type":
                    return TakeType(ref reader);
                case "key":
                    isKeyNull = reader.TokenType == JsonTokenType.Null;
                    key = isKeyNull ? default : ((int)reader.TokenStartIndex + 1)..((int)reader.BytesConsumed - 1);
                    return isKeyNull || (reader.TokenType == JsonTokenType.String && !reader.ValueIsEscaped)
                        ? null
                        : new("not-json", "its key is no key");
                case "actor":
                    actor = reader.ValueTextEquals("engine"u8) ? "engine" : reader.GetString();
                    return actor is null ? new("not-json", "its actor is null") : null;
                case "data":
                    var start = (int)reader.TokenStartIndex;
                    reader.Skip();
                    data = start..(int)reader.BytesConsumed;
                    return null;
                default:
                    prev = (int)reader.TokenStartIndex + 1;
                    return reader.TokenType == JsonTokenType.String && reader.ValueSpan.Length == HashDigits && !reader.ValueIsEscaped
                        ? null
                        : new("chain-broken", "what it names as the line before it is no digest");
            }
        }

        internal readonly LedgerLineRead Entry(ReadOnlySpan<byte> line)
        {
            if (JsonSerializer.Deserialize(line[data], shape!) is not RunEvent happened)
                return new() { Damage = new("not-json", "its data is null") };
            if (KeyOf(happened) is { } known ? isKeyNull || !Ascii.Equals(line[key], known.Value) : !isKeyNull)
                return new() { Damage = new("key-differs", "its key is not the key in its data") };
            return new() { Run = run, Entry = new LedgerEntry(seq, at, actor!, happened), Previous = prev };
        }

        private LedgerDamage? TakeType(ref Utf8JsonReader reader)
        {
            if (reader.TokenType != JsonTokenType.String || reader.ValueSpan.Length > 64)
                return new("unknown-type", "its type is unknown");
            Span<char> name = stackalloc char[64];
            name = name[..reader.CopyString(name)];
            shape = EventNames.ShapeOf(name);
            return shape is null ? new("unknown-type", $"its type \"{name}\" is unknown") : null;
        }
    }
}

/// <summary>One line as read: an entry, or what is wrong with it.</summary>
internal readonly struct LedgerLineRead
{
    /// <summary>What is wrong; null when nothing is.</summary>
    internal LedgerDamage? Damage { get; init; }

    /// <summary>The run it belongs to.</summary>
    internal string? Run { get; init; }

    /// <summary>The entry.</summary>
    internal LedgerEntry? Entry { get; init; }

    /// <summary>Where in the line the digest of the line before stands.</summary>
    internal int Previous { get; init; }

    /// <summary>What is wrong when the entry is not the one that follows; null when it is.</summary>
    internal LedgerDamage? OutOfPlace(long expected) => Entry!.Seq switch
    {
        var seq when seq == expected => null,
        var seq when seq == expected - 1 => new("sequence-repeated", $"its sequence number {seq} is that of the line before"),
        var seq when seq < expected => new("sequence-backwards", $"its sequence number is {seq}, {expected} was expected"),
        var seq => new("sequence-gap", $"its sequence number is {seq}, {expected} was expected"),
    };

    /// <summary>What is wrong when the line names another line before it; null when it names this one.</summary>
    /// <param name="line">The line.</param>
    /// <param name="digest">The hex digest of the line before it.</param>
    internal LedgerDamage? Unchained(ReadOnlySpan<byte> line, ReadOnlySpan<byte> digest) =>
        line.Slice(Previous, digest.Length).SequenceEqual(digest)
            ? null
            : new("chain-broken", "it does not follow the line before it, so one of the two was changed");
}
