using System.Buffers;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Lodestar.Core;

namespace Lodestar.Cli;

/// <summary>One thing a long command tells while it works.</summary>
/// <param name="Type">Stable dotted name, for programs.</param>
/// <param name="Sentence">The same for people; null when it is for programs only.</param>
/// <param name="At">When it happened.</param>
/// <param name="Run">The run it belongs to.</param>
/// <param name="Task">The task it is about, if any.</param>
/// <param name="Data">Facts; members are snake_case.</param>
internal sealed record ProgressNote(string Type, string? Sentence, DateTimeOffset At, RunId? Run, TaskId? Task, JsonObject Data);

/// <summary>Tells on standard error how a long command comes along: with <c>--json</c> one object a line
/// (<c>v, seq, at, type, run, task?, data</c>), else one sentence a line.</summary>
internal sealed class Progress(Output output) : IProgress<ProgressNote>
{
    private readonly Lock gate = new();
    private long sequence;

    /// <inheritdoc/>
    public void Report(ProgressNote value)
    {
        lock (gate)
        {
            if (output.Json)
                output.WriteTalk(Line(value, ++sequence));
            else if (value.Sentence is { } sentence)
                output.WriteTalk(Text(value, sentence));
        }
    }

    private byte[] Text(ProgressNote note, string sentence)
    {
        var page = new Page(output.TalkShape, note.At);
        page.Line($"{note.At.ToLocalTime().ToString("HH:mm:ss", CultureInfo.InvariantCulture)}  {sentence}");
        return page.ToUtf8();
    }

    private static byte[] Line(ProgressNote note, long sequence)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = Envelope.Indented.Encoder }))
        {
            writer.WriteStartObject();
            writer.WriteNumber("v", 1);
            writer.WriteNumber("seq", sequence);
            writer.WriteString("at", note.At.ToUniversalTime());
            writer.WriteString("type", note.Type);
            writer.WriteString("run", note.Run?.Value);
            if (note.Task is { } task)
                writer.WriteString("task", task.Value);
            writer.WritePropertyName("data");
            note.Data.WriteTo(writer);
            writer.WriteEndObject();
        }

        buffer.Write("\n"u8);
        return buffer.WrittenSpan.ToArray();
    }
}
