using System.Buffers;

namespace Lodestar.Engine.Processes;

/// <summary>The beginning of a stream, up to a limit; the rest is read and dropped so that the writer never blocks.</summary>
/// <param name="Bytes">What was kept.</param>
/// <param name="Truncated">True when there was more.</param>
internal sealed record BoundedCapture(byte[] Bytes, bool Truncated)
{
    /// <summary>Reads to the end of the stream, or until cancelled; what came until then is the result.</summary>
    internal static async Task<BoundedCapture> ReadAsync(Stream stream, int limit, CancellationToken cancellation)
    {
        var kept = new MemoryStream();
        var truncated = false;
        var buffer = ArrayPool<byte>.Shared.Rent(16 * 1024);
        try
        {
            int count;
            while ((count = await stream.ReadAsync(buffer, cancellation)) > 0)
            {
                var room = (int)Math.Min(count, limit - kept.Length);
                kept.Write(buffer, 0, room);
                truncated |= room < count;
            }
        }
        catch (OperationCanceledException)
        {
            // The caller decides what the end of waiting means; what was read stays valid.
            truncated = true;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        return new BoundedCapture(kept.ToArray(), truncated);
    }
}
