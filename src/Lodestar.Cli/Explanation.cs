using System.Buffers;
using System.CommandLine;
using System.Text.Json;

namespace Lodestar.Cli;

/// <summary>What a verb says about itself beyond its name, purpose and inputs, which its declaration already holds.</summary>
internal sealed class Explanation
{
    private Explanation(IReadOnlyList<string> effects, IReadOnlyList<string> examples)
    {
        Effects = effects;
        Examples = examples;
    }

    /// <summary>What the verb changes, one sentence each.</summary>
    public IReadOnlyList<string> Effects { get; }

    /// <summary>Complete command lines.</summary>
    public IReadOnlyList<string> Examples { get; }

    /// <summary>Of a verb that only reads.</summary>
    public static Explanation Reads(params IReadOnlyList<string> examples) => new(["Reads only; writes nothing."], examples);

    /// <summary>Of a verb that changes something.</summary>
    public static Explanation Changes(string effects, params IReadOnlyList<string> examples) => new([effects], examples);

    /// <summary>The explanation as people read it.</summary>
    public static void Show(Verb verb, Page page)
    {
        var inputs = Inputs.Of(verb);
        page.Line(verb.FullName, Ink.Bold).Line("  " + verb.Description);
        page.Title("Usage").Line("  " + Inputs.Usage(verb));
        if (inputs.Count > 0)
        {
            page.Title("Inputs");
            var width = inputs.Max(input => Cells.Width(input.Name));
            foreach (var input in inputs)
                page.Line($"  {Cells.Pad(input.Name, width)}  {input.Description}");
        }

        page.Title("Effects").Bullets(verb.About.Effects);
        page.Title("Examples");
        foreach (var example in verb.About.Examples)
            page.Line("  " + example, Ink.Cyan);
    }

    /// <summary>The explanation as programs read it: a bare object, as the predecessor gave it.</summary>
    public static byte[] Json(Verb verb)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, Envelope.Indented))
        {
            writer.WriteStartObject();
            writer.WriteString("command", verb.FullName);
            writer.WriteString("purpose", verb.Description);
            writer.WriteString("usage", Inputs.Usage(verb));
            writer.WriteStartArray("inputs");
            foreach (var input in Inputs.Of(verb))
            {
                writer.WriteStartObject();
                writer.WriteString("name", input.Name);
                writer.WriteBoolean("required", input.Required);
                writer.WriteString("description", input.Description);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            WriteList(writer, "effects", verb.About.Effects);
            WriteList(writer, "examples", verb.About.Examples);
            writer.WriteEndObject();
        }

        buffer.Write("\n"u8);
        return buffer.WrittenSpan.ToArray();
    }

    private static void WriteList(Utf8JsonWriter writer, string name, IReadOnlyList<string> values)
    {
        writer.WriteStartArray(name);
        foreach (var value in values)
            writer.WriteStringValue(value);
        writer.WriteEndArray();
    }
}
