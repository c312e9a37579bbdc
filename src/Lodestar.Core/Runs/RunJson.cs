using System.Text.Json;
using System.Text.Json.Serialization;

namespace Lodestar.Core.Runs;

/// <summary>The JSON form of what a run records: one line each, so that the ledger is NDJSON.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    Converters = [typeof(DurationConverter)])]
[JsonSerializable(typeof(RunEvent.RunStarted))]
[JsonSerializable(typeof(RunEvent.EngineAttached))]
[JsonSerializable(typeof(RunEvent.AttemptStarted))]
[JsonSerializable(typeof(RunEvent.LeaseTaken))]
[JsonSerializable(typeof(RunEvent.LeaseUnavailable))]
[JsonSerializable(typeof(RunEvent.LeaseLost))]
[JsonSerializable(typeof(RunEvent.EffectIntended))]
[JsonSerializable(typeof(RunEvent.EffectSettled))]
[JsonSerializable(typeof(RunEvent.ProcessSpawning))]
[JsonSerializable(typeof(RunEvent.ProcessStarted))]
[JsonSerializable(typeof(RunEvent.ProcessEnded))]
[JsonSerializable(typeof(RunEvent.FindingRaised))]
[JsonSerializable(typeof(RunEvent.AttemptEnded))]
[JsonSerializable(typeof(RunEvent.AttemptAborted))]
[JsonSerializable(typeof(RunEvent.TaskIntegrated))]
[JsonSerializable(typeof(RunEvent.TaskFailed))]
[JsonSerializable(typeof(RunEvent.TaskSkipped))]
[JsonSerializable(typeof(RunEvent.TaskRetried))]
[JsonSerializable(typeof(RunEvent.PauseRequested))]
[JsonSerializable(typeof(RunEvent.AbortRequested))]
[JsonSerializable(typeof(RunEvent.RunPaused))]
[JsonSerializable(typeof(RunEvent.RunResumed))]
[JsonSerializable(typeof(RunEvent.RunEnded))]
[JsonSerializable(typeof(RunEvent.IntegrationIntended))]
[JsonSerializable(typeof(RunEvent.RunIntegrated))]
[JsonSerializable(typeof(Receipt))]
public sealed partial class RunJson : JsonSerializerContext;
