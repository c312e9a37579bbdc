using System.Text;

namespace Lodestar.Engine.Processes;

/// <summary>The last lines of a text, up to a number of bytes. What was left out before them is said at the front.</summary>
internal sealed class TextTail(int limit)
{
    private readonly LinkedList<(string Text, int Bytes)> lines = new();
    private long kept;
    private long dropped;

    /// <summary>Adds a line.</summary>
    internal void Add(string line)
    {
        var bytes = Encoding.UTF8.GetByteCount(line) + 1;
        lines.AddLast((line, bytes));
        kept += bytes;
        while (kept > limit && lines.First is { } first && lines.Count > 1)
        {
            kept -= first.Value.Bytes;
            dropped += first.Value.Bytes;
            lines.RemoveFirst();
        }
    }

    /// <summary>Takes away the last line that is not blank, and the blank ones after it.</summary>
    internal void TakeLastWords()
    {
        while (lines.Last is { } line)
        {
            lines.RemoveLast();
            if (!string.IsNullOrWhiteSpace(line.Value.Text))
                return;
        }
    }

    /// <inheritdoc/>
    public override string ToString() =>
        (dropped > 0 ? $"[{dropped} bytes dropped]\n" : "") + string.Concat(lines.Select(line => line.Text + "\n"));
}
