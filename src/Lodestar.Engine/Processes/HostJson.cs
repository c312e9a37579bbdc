using System.Text.Json;
using System.Text.Json.Serialization;

namespace Lodestar.Engine.Processes;

/// <summary>One line from the engine to a host after its order.</summary>
/// <param name="Stop">Why the program is to be stopped.</param>
internal sealed record HostRequest(StopReason Stop);

/// <summary>One line from a host to its engine; exactly one member is set.</summary>
/// <param name="Started">The program and its host, once the program runs.</param>
/// <param name="Event">Something the program said.</param>
/// <param name="Report">How it ended; the last line.</param>
internal sealed record HostMessage(StartedProgram? Started = null, AgentEvent? Event = null, ExitReport? Report = null);

/// <summary>The host and the program it started.</summary>
internal sealed record StartedProgram(ProcessIdentity Host, ProcessIdentity? Program);

/// <summary>One line of <c>events.ndjson</c>, the audit copy of what a program said.</summary>
/// <param name="Seq">Number of the event, from 1; a gap means that the ones between were too much to keep.</param>
/// <param name="At">When the host saw it.</param>
/// <param name="Kind">See <see cref="AgentEvent"/>.</param>
/// <param name="Text">Redacted.</param>
internal sealed record LoggedEvent(long Seq, DateTimeOffset At, string Kind, string Text);

/// <summary>The JSON between engine and host, and of the files a host leaves.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    Converters = [typeof(StatusText), typeof(StopReasonText)])]
[JsonSerializable(typeof(HostOrder))]
[JsonSerializable(typeof(HostRequest))]
[JsonSerializable(typeof(HostMessage))]
[JsonSerializable(typeof(LoggedEvent))]
[JsonSerializable(typeof(ExitReport))]
internal sealed partial class HostJson : JsonSerializerContext
{
    private sealed class StatusText() : JsonStringEnumConverter<ExitStatus>(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false);

    private sealed class StopReasonText() : JsonStringEnumConverter<StopReason>(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false);
}
