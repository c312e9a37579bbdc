using System.Collections.Frozen;
using System.Text.Json.Serialization.Metadata;

namespace Lodestar.Core.Runs;

/// <summary>The stable name of every kind of event. A name in a ledger that is not here is an error, never skipped.</summary>
public static class EventNames
{
    private static readonly (string Name, JsonTypeInfo Shape)[] Table =
    [
        ("run-started", RunJson.Default.RunStarted),
        ("engine-attached", RunJson.Default.EngineAttached),
        ("attempt-started", RunJson.Default.AttemptStarted),
        ("lease-taken", RunJson.Default.LeaseTaken),
        ("lease-unavailable", RunJson.Default.LeaseUnavailable),
        ("lease-lost", RunJson.Default.LeaseLost),
        ("effect-intended", RunJson.Default.EffectIntended),
        ("effect-settled", RunJson.Default.EffectSettled),
        ("process-spawning", RunJson.Default.ProcessSpawning),
        ("process-started", RunJson.Default.ProcessStarted),
        ("process-ended", RunJson.Default.ProcessEnded),
        ("finding-raised", RunJson.Default.FindingRaised),
        ("attempt-ended", RunJson.Default.AttemptEnded),
        ("attempt-aborted", RunJson.Default.AttemptAborted),
        ("task-integrated", RunJson.Default.TaskIntegrated),
        ("task-failed", RunJson.Default.TaskFailed),
        ("task-skipped", RunJson.Default.TaskSkipped),
        ("task-retried", RunJson.Default.TaskRetried),
        ("pause-requested", RunJson.Default.PauseRequested),
        ("abort-requested", RunJson.Default.AbortRequested),
        ("run-paused", RunJson.Default.RunPaused),
        ("run-resumed", RunJson.Default.RunResumed),
        ("run-ended", RunJson.Default.RunEnded),
        ("integration-intended", RunJson.Default.IntegrationIntended),
        ("run-integrated", RunJson.Default.RunIntegrated),
    ];

    private static readonly FrozenDictionary<Type, (string Name, JsonTypeInfo Shape)> ByType =
        Table.ToFrozenDictionary(entry => entry.Shape.Type);

    private static readonly FrozenDictionary<string, JsonTypeInfo> ByName =
        Table.ToFrozenDictionary(entry => entry.Name, entry => entry.Shape);

    /// <summary>Every name, in order of declaration.</summary>
    public static IEnumerable<string> All => Table.Select(entry => entry.Name);

    /// <summary>The name and JSON shape of an event.</summary>
    public static (string Name, JsonTypeInfo Shape) Of(RunEvent happened) => ByType[happened.GetType()];

    /// <summary>The JSON shape behind a name; null when the name is unknown.</summary>
    public static JsonTypeInfo? ShapeOf(ReadOnlySpan<char> name) =>
        ByName.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(name, out var shape) ? shape : null;
}
