using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Lodestar.Core.Lanes;

/// <summary>One reason why tasks of a plan do not run side by side.</summary>
/// <param name="Reason">The kind of reason.</param>
/// <param name="Tasks">The tasks concerned.</param>
/// <param name="Message">One sentence for people.</param>
public sealed record LostParallelism(LostParallelismReason Reason, ImmutableArray<TaskId> Tasks, string Message);

/// <summary>What keeps tasks apart.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<LostParallelismReason>))]
public enum LostParallelismReason
{
    /// <summary>Each waits for the one before it.</summary>
    [JsonStringEnumMemberName("dependency-chain")]
    DependencyChain,

    /// <summary>They declare the same files.</summary>
    [JsonStringEnumMemberName("scope-overlap")]
    ScopeOverlap,

    /// <summary>There are fewer lanes than tasks that could start.</summary>
    [JsonStringEnumMemberName("lanes")]
    Lanes,
}
