using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Lodestar.Core;

namespace Lodestar.Cli;

/// <summary>Writes the one JSON object every command answers with: <c>ok, data, next, warnings</c>, and <c>error</c> on refusal.</summary>
internal static class Envelope
{
    /// <summary>How all JSON of this program is written: for people too, so nothing is escaped that need not be.</summary>
    public static JsonWriterOptions Indented { get; } = new()
    {
        Indented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Writes the envelope of an outcome, with a newline at its end.</summary>
    public static void Write<TData>(PieceWriter to, Outcome<TData> outcome, Action<Utf8JsonWriter, TData> write)
        where TData : class =>
        Write(to, outcome.Refusal, outcome.Next, outcome.Warnings, writer =>
        {
            if (outcome.Data is { } data)
                write(writer, data);
            else
                WriteErrorData(writer, outcome.Refusal);
        });

    /// <summary>Writes the envelope of a failure.</summary>
    public static void Write(PieceWriter to, Refusal refusal) =>
        Write(to, refusal, refusal.Next, [], writer => WriteErrorData(writer, refusal));

    private static void Write(
        PieceWriter to, Refusal? refusal, IReadOnlyList<NextAction> next, IReadOnlyList<Warning> warnings, Action<Utf8JsonWriter> writeData)
    {
        using (var writer = new Utf8JsonWriter(to, Indented))
        {
            writer.WriteStartObject();
            writer.WriteBoolean("ok", refusal is null);
            writer.WritePropertyName("data");
            writeData(writer);
            WriteNext(writer, next);
            writer.WriteStartArray("warnings");
            foreach (var warning in warnings)
                writer.WriteStringValue(warning.ToString());
            writer.WriteEndArray();
            if (refusal is not null)
                WriteError(writer, refusal);
            writer.WriteEndObject();
        }

        to.Write("\n"u8);
        to.Flush();
    }

    private static void WriteErrorData(Utf8JsonWriter writer, Refusal? refusal)
    {
        writer.WriteStartObject();
        writer.WriteString("error", refusal?.Message);
        writer.WriteEndObject();
    }

    private static void WriteNext(Utf8JsonWriter writer, IReadOnlyList<NextAction> next)
    {
        writer.WriteStartArray("next");
        foreach (var action in next)
        {
            writer.WriteStartObject();
            writer.WriteString("intent", action.Intent);
            writer.WriteString("cmd", action.Cmd);
            writer.WriteString("description", action.Description);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void WriteError(Utf8JsonWriter writer, Refusal refusal)
    {
        writer.WriteStartObject("error");
        writer.WriteString("code", refusal.Code);
        writer.WriteString("message", refusal.Message);
        writer.WriteString("hint", refusal.Hint);
        writer.WritePropertyName("details");
        refusal.Details.WriteTo(writer);
        writer.WriteEndObject();
    }
}
