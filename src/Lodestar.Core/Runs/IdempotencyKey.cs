using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Lodestar.Core.Runs;

/// <summary>The name of one effect: <c>ik:</c> and the SHA-256 of its canonical inputs. An effect with a given key happens
/// at most once.</summary>
[JsonConverter(typeof(TextIdConverter<IdempotencyKey>))]
public readonly record struct IdempotencyKey(string Value) : ITextId<IdempotencyKey>, IComparable<IdempotencyKey>
{
    private const string Prefix = "ik:";

    /// <inheritdoc/>
    public static IdempotencyKey Parse(string text) => text.StartsWith(Prefix, StringComparison.Ordinal) && Sha256Text.Is(text.AsSpan(Prefix.Length))
        ? new(text)
        : throw new FormatException($"\"{text}\" is not of the form ik: and 64 lower-case hex digits.");

    /// <summary>Computes the key of an effect.</summary>
    /// <param name="action">What is done, for example <c>implement</c>.</param>
    /// <param name="task">The task it is done for; null for an effect of the run itself.</param>
    /// <param name="snapshot">The tree the run started from.</param>
    /// <param name="inputs">Everything else the effect depends on: at least attempt, round and base.</param>
    /// <param name="expectedOutputs">An array of what it should produce; null counts as an empty one.</param>
    /// <exception cref="ArgumentException">A name holds a line break, which would let two effects share a key.</exception>
    /// <exception cref="JsonException">The inputs have no canonical form.</exception>
    public static IdempotencyKey For(
        string action, TaskId? task, SnapshotId snapshot, JsonElement inputs, JsonElement? expectedOutputs = null)
    {
        var preimage = new ArrayBufferWriter<byte>(1024);
        Line(preimage, action);
        Line(preimage, task?.Value ?? "");
        Line(preimage, snapshot.Value);
        CanonicalJson.Write(preimage, inputs);
        preimage.Write("\n"u8);
        if (expectedOutputs is { ValueKind: not JsonValueKind.Null } outputs)
            CanonicalJson.Write(preimage, outputs);
        else
            preimage.Write("[]"u8);
        return new(Prefix + Sha256Text.Of(preimage.WrittenSpan));
    }

    /// <summary>Orders by text.</summary>
    public int CompareTo(IdempotencyKey other) => string.CompareOrdinal(Value, other.Value);

    /// <inheritdoc/>
    public override string ToString() => Value;

    private static void Line(ArrayBufferWriter<byte> preimage, string part)
    {
        if (part.Contains('\n'))
            throw new ArgumentException($"\"{part.ReplaceLineEndings(" ")}\" holds a line break.");
        Encoding.UTF8.GetBytes(part, preimage);
        preimage.Write("\n"u8);
    }
}
