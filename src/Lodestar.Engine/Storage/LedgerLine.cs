using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Lodestar.Core;
using Lodestar.Core.Runs;

namespace Lodestar.Engine.Storage;

/// <summary>One line of a run's ledger, as text and back. Each line names the SHA-256 of the one before it, so that no
/// line can be changed, dropped or put in between unseen.</summary>
public static class LedgerLine
{
    /// <summary>Version of the line's form.</summary>
    public const int Version = 1;

    /// <summary>The longest line in bytes, without its newline; writer and reader share it. The first line holds the whole plan.</summary>
    public const int LongestLine = 64 * 1024 * 1024;

    /// <summary>What the first line names as the one before it.</summary>
    public static string NoHash { get; } = new('0', 64);

    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes an event as a line, without its newline.</summary>
    public static string Write(RunId run, LedgerEntry recorded, string previousHash) =>
        Encoding.UTF8.GetString(Bytes(run, recorded, previousHash));

    /// <summary>The same as bytes.</summary>
    /// <exception cref="RefusedException"><c>ledger-line-too-long</c>.</exception>
    public static ReadOnlySpan<byte> Bytes(RunId run, LedgerEntry recorded, string previousHash)
    {
        var (name, shape) = EventNames.Of(recorded.Event);
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            json.WriteStartObject();
            json.WriteNumber("v", Version);
            json.WriteNumber("seq", recorded.Seq);
            json.WriteString("run_id", run.Value);
            json.WriteString("at", StoreTime.Text(recorded.At));
            json.WriteString("type", name);
            json.WriteString("key", LedgerLineReader.KeyOf(recorded.Event)?.Value);
            json.WriteString("actor", recorded.Actor);
            json.WritePropertyName("data");
            JsonSerializer.Serialize(json, recorded.Event, shape);
            json.WriteString("prev", previousHash);
            json.WriteEndObject();
        }

        return buffer.WrittenCount <= LongestLine ? buffer.WrittenSpan : throw new RefusedException(new Refusal(
            "ledger-line-too-long",
            $"Event {name} of run {run} takes {buffer.WrittenCount} bytes, more than the {LongestLine} a ledger line may have.",
            "Run fewer tasks at once: lodestar run --task ID"));
    }

    /// <summary>The hash the next line names.</summary>
    public static string HashOf(string line) => Sha256Text.Of(line);

    /// <summary>Reads a line.</summary>
    /// <param name="line">The line without its newline.</param>
    /// <param name="number">Its number, for messages.</param>
    /// <param name="previousHash">What it must name as the line before it.</param>
    /// <exception cref="RefusedException"><c>ledger-damaged</c>, naming the line.</exception>
    public static LedgerEntry Read(string line, long number, string previousHash) =>
        Read(Encoding.UTF8.GetBytes(line), number, previousHash);

    /// <summary>Reads a line given as bytes.</summary>
    /// <inheritdoc cref="Read(string, long, string)"/>
    public static LedgerEntry Read(ReadOnlySpan<byte> line, long number, string previousHash)
    {
        var read = LedgerLineReader.Read(line);
        return (read.Damage ?? read.OutOfPlace(number) ?? read.Unchained(line, Encoding.ASCII.GetBytes(previousHash))) is { } damage
            ? throw new RefusedException(damage.At(number))
            : read.Entry!;
    }

    /// <summary>Reads a line that was checked when it was stored, without the lines before it.</summary>
    /// <exception cref="RefusedException"><c>ledger-damaged</c>.</exception>
    public static LedgerEntry ReadAlone(string line)
    {
        var read = LedgerLineReader.Read(Encoding.UTF8.GetBytes(line));
        return read.Damage is { } damage ? throw new RefusedException(damage.At(null)) : read.Entry!;
    }
}

/// <summary>What is wrong with a line of a ledger.</summary>
/// <param name="Rule">Stable kebab-case name of the rule it breaks.</param>
/// <param name="Fact">The rest of a sentence that begins with the line.</param>
public sealed record LedgerDamage(string Rule, string Fact)
{
    /// <summary>The refusal of a ledger with such a line.</summary>
    public Refusal At(long? number) => new(
        "ledger-damaged",
        $"{(number is null ? "A line" : $"Line {number}")} of the ledger is damaged: {Fact}.",
        "lodestar doctor")
    {
        Details = number is { } line ? new() { ["line"] = line, ["rule"] = Rule } : new() { ["rule"] = Rule },
    };
}
