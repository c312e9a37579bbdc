using System.Text;
using System.Text.Json;

namespace Lodestar.Engine.Processes;

/// <summary>A host's standard input: the order first, then requests; its end means that the engine is dead.</summary>
internal sealed class Lifeline(Stream input)
{
    private const int OrderLimit = 8 * 1024 * 1024;

    private readonly TaskCompletionSource<HostCut> cut = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends when the engine wants the program stopped, or is gone.</summary>
    internal Task<HostCut> Cut => cut.Task;

    /// <summary>Reads the order; null when the engine went away before giving one.</summary>
    /// <exception cref="FormatException">The line is no order.</exception>
    internal async Task<HostOrder?> OrderAsync()
    {
        if (await LineAsync() is not { } line)
            return null;
        try
        {
            return JsonSerializer.Deserialize(line, HostJson.Default.HostOrder) ?? throw new FormatException("The order is empty.");
        }
        catch (JsonException cause)
        {
            throw new FormatException($"The order is not valid: {cause.Message}", cause);
        }
    }

    /// <summary>Goes on listening until the engine is gone.</summary>
    internal async Task ListenAsync()
    {
        try
        {
            while (await LineAsync() is { } line)
            {
                if (JsonSerializer.Deserialize(line, HostJson.Default.HostRequest) is { } request)
                    cut.TrySetResult(new HostCut(request.Stop));
            }
        }
        catch (Exception failure) when (failure is IOException or JsonException or FormatException)
        {
            // An engine whose words make no sense is as good as gone.
        }

        cut.TrySetResult(new HostCut(null));
    }

    /// <summary>Ends the program for a reason of the host's own.</summary>
    internal void CutOff(HostCut reason) => cut.TrySetResult(reason);

    private async Task<string?> LineAsync()
    {
        var line = new MemoryStream();
        var one = new byte[1];
        while (await input.ReadAsync(one) > 0)
        {
            if (one[0] == '\n')
                return Encoding.UTF8.GetString(line.GetBuffer(), 0, (int)line.Length);
            line.WriteByte(one[0]);
            if (line.Length > OrderLimit)
                throw new FormatException($"A line of the engine is longer than {OrderLimit} bytes.");
        }

        return null;
    }
}

/// <summary>Why a program is ended before its own end.</summary>
/// <param name="Reason">The engine's reason; null when the engine is gone.</param>
internal sealed record HostCut(StopReason? Reason);
