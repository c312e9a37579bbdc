using System.Globalization;

namespace Lodestar.Core.Planes;

/// <summary>Where to go on reading messages: after the last one a reader was given, or after a point in time.</summary>
/// <remarks>Only the former is exact. Two messages may have the same time, and a clock may be set back; numbers are given in
/// the order in which messages became readable.</remarks>
/// <param name="Seq">The number of the last message read, or null.</param>
/// <param name="Time">The time after which to read, or null.</param>
public readonly record struct MessagePlace(long? Seq, DateTimeOffset? Time)
{
    private const char Mark = 'c';

    /// <summary>Before the first message.</summary>
    public static MessagePlace Beginning { get; }

    /// <summary>The place after a message.</summary>
    public static MessagePlace After(Message message) => new(message.Seq, null);

    /// <summary>Reads a place: a cursor that an answer gave, or a time.</summary>
    /// <returns>Null, or the refusal <c>time-invalid</c>.</returns>
    public static Refusal? TryParse(string text, out MessagePlace place)
    {
        place = default;
        if (text.Length > 1 && text[0] == Mark && long.TryParse(text.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out var seq))
        {
            place = new(seq, null);
            return null;
        }

        if (!PointInTime.TryParse(text, out var time))
        {
            return new Refusal("time-invalid", $"\"{text}\" is neither a time nor a cursor.", $"Write a time as {PointInTime.Forms}, or give the cursor of an earlier answer.")
            {
                Details = new() { ["value"] = text },
            };
        }

        place = new(null, time);
        return null;
    }

    /// <summary>The place as a cursor; null when it is not after a message.</summary>
    public string? Cursor => Seq is { } seq ? Mark + seq.ToString(CultureInfo.InvariantCulture) : null;
}
