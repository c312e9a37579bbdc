using System.Text.Json;
using System.Text.Json.Serialization;

namespace Lodestar.Core.Runs;

/// <summary>The JSON form of plans, snapshots and briefings.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    WriteIndented = true,
    Converters = [typeof(DurationConverter)])]
[JsonSerializable(typeof(RunPlan))]
[JsonSerializable(typeof(SnapshotManifest))]
[JsonSerializable(typeof(Briefing))]
[JsonSerializable(typeof(Receipt))]
public sealed partial class PlanJson : JsonSerializerContext;
