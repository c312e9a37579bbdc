using System.Text.Json.Serialization;

namespace Lodestar.Core.Policy;

/// <summary>A resolved value that remembers who decided it.</summary>
/// <typeparam name="T">Type of the value.</typeparam>
/// <param name="Value">The value in force.</param>
/// <param name="Source">Where it came from.</param>
public sealed record Setting<T>(T Value, SettingSource Source);

/// <summary>Who may decide a setting, weakest first.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<SettingSource>))]
public enum SettingSource
{
    /// <summary>The product's own default.</summary>
    [JsonStringEnumMemberName("built-in")]
    BuiltIn,

    /// <summary>The committed <c>charter.yaml</c>.</summary>
    [JsonStringEnumMemberName("charter")]
    Charter,

    /// <summary>This machine's <c>.lodestar/local.yaml</c>.</summary>
    [JsonStringEnumMemberName("local")]
    Local,

    /// <summary>An environment variable.</summary>
    [JsonStringEnumMemberName("environment")]
    Environment,

    /// <summary>An option of the command.</summary>
    [JsonStringEnumMemberName("flag")]
    Flag,
}

/// <summary>How a finished run moves the base branch.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<MergeStrategy>))]
public enum MergeStrategy
{
    /// <summary>Only forward, to the run branch's own commits.</summary>
    [JsonStringEnumMemberName("ff")]
    FastForward,

    /// <summary>One merge commit.</summary>
    [JsonStringEnumMemberName("merge")]
    Merge,

    /// <summary>One commit with the whole change.</summary>
    [JsonStringEnumMemberName("squash")]
    Squash,
}

/// <summary>Who commits what a builder leaves behind.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<CommitBy>))]
public enum CommitBy
{
    /// <summary>The engine, after the turn.</summary>
    [JsonStringEnumMemberName("engine")]
    Engine,

    /// <summary>The agent; what it leaves uncommitted is a finding.</summary>
    [JsonStringEnumMemberName("agent")]
    Agent,
}
