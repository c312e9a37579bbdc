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

    /// <summary>What the first line names as the one before it.</summary>
    public static string NoHash { get; } = new('0', 64);

    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes an event as a line, without its newline.</summary>
    public static string Write(RunId run, LedgerEntry recorded, string previousHash)
    {
        var (name, shape) = EventNames.Of(recorded.Event);
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            json.WriteStartObject();
            json.WriteNumber("v", Version);
            json.WriteNumber("seq", recorded.Seq);
            json.WriteString("run_id", run.Value);
            json.WriteString("at", StoreTime.Text(recorded.At));
            json.WriteString("type", name);
            json.WriteString("key", KeyOf(recorded.Event)?.Value);
            json.WriteString("actor", recorded.Actor);
            json.WritePropertyName("data");
            JsonSerializer.Serialize(json, recorded.Event, shape);
            json.WriteString("prev", previousHash);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>The hash the next line names.</summary>
    public static string HashOf(string line) => Sha256Text.Of(Encoding.UTF8.GetBytes(line));

    /// <summary>Reads a line.</summary>
    /// <param name="line">The line without its newline.</param>
    /// <param name="number">Its number, for messages.</param>
    /// <param name="previousHash">What it must name as the line before it.</param>
    /// <exception cref="RefusedException"><c>ledger-damaged</c>, naming the line.</exception>
    public static LedgerEntry Read(string line, long number, string previousHash) => Parse(line, number, previousHash);

    /// <summary>Reads a line that was checked when it was stored, without the lines before it.</summary>
    /// <exception cref="RefusedException"><c>ledger-damaged</c>.</exception>
    public static LedgerEntry ReadAlone(string line) => Parse(line, null, null);

    private static LedgerEntry Parse(string line, long? number, string? previousHash)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            var root = document.RootElement;
            var version = root.GetProperty("v").GetInt32();
            if (version != Version)
                throw Damaged(number, $"its version is {version}, this program reads {Version}");
            if (previousHash is not null && root.GetProperty("prev").GetString() != previousHash)
                throw Damaged(number, "it does not follow the line before it");
            var name = root.GetProperty("type").GetString() ?? "";
            var shape = EventNames.ShapeOf(name) ?? throw Damaged(number, $"its type \"{name}\" is unknown");
            var happened = (RunEvent?)root.GetProperty("data").Deserialize(shape)
                ?? throw Damaged(number, "its data is null");
            var seq = root.GetProperty("seq").GetInt64();
            if (number is not null && seq != number)
                throw Damaged(number, $"its sequence number is {seq}");
            return new LedgerEntry(
                seq,
                StoreTime.Parse(root.GetProperty("at").GetString() ?? ""),
                root.GetProperty("actor").GetString() ?? "",
                happened);
        }
        catch (Exception cause) when (cause is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw Damaged(number, cause.Message.ReplaceLineEndings(" "));
        }
    }

    private static IdempotencyKey? KeyOf(RunEvent happened) => happened switch
    {
        RunEvent.EffectIntended intended => intended.Key,
        RunEvent.EffectSettled settled => settled.Key,
        RunEvent.ProcessSpawning spawning => spawning.Key,
        _ => null,
    };

    private static RefusedException Damaged(long? number, string fact) => new(new Refusal(
        "ledger-damaged",
        $"{(number is null ? "A line" : $"Line {number}")} of the ledger is damaged: {fact}.",
        "lodestar doctor"));
}
