using System.Collections.Immutable;
using Lodestar.Core.Runs;

namespace Lodestar.Core.Policy;

/// <summary>Committed governance, as <c>.lodestar/charter.yaml</c> gives it, or <see cref="BuiltIn"/> without one.</summary>
/// <param name="Policy">Its policy values.</param>
/// <param name="Pipeline">Steps in order, by their words.</param>
/// <param name="Checks">Commands that must pass.</param>
/// <param name="Profiles">Agents, by name.</param>
/// <param name="ProtectedPaths">Glob patterns nobody may touch; <c>.lodestar/**</c> is always among them.</param>
/// <param name="Rules">Told to every agent.</param>
/// <param name="Lane">How a lane is prepared.</param>
/// <param name="OnFinish">Command run when a run has ended, or null.</param>
/// <param name="SpecDocuments">What a spec maintainer may change.</param>
/// <param name="Redact">Regular expressions of what is never stored (<see cref="RedactionPattern"/>).</param>
public sealed record Charter(
    PolicyValues Policy,
    ImmutableArray<string> Pipeline,
    ImmutableArray<CharterCheck> Checks,
    ImmutableSortedDictionary<string, CharterProfile> Profiles,
    ImmutableArray<string> ProtectedPaths,
    ImmutableArray<string> Rules,
    LanePreparation Lane,
    string? OnFinish,
    ImmutableArray<MaintainedDocument> SpecDocuments,
    ImmutableArray<string> Redact)
{
    /// <summary>The path that is protected whatever the charter says.</summary>
    public const string AlwaysProtected = ".lodestar/**";

    /// <summary>Name of the profile that implements.</summary>
    public const string BuilderProfile = "builder";

    /// <summary>Name of the profile that reviews.</summary>
    public const string ReviewerProfile = "reviewer";

    /// <summary>Name of the profile that keeps the specification true.</summary>
    public const string SpecMaintainerProfile = "spec_maintainer";

    /// <summary>The words a pipeline may hold, in the only order they make sense in.</summary>
    public static ImmutableArray<string> PipelineWords { get; } = ["implement", "check", "review", "maintain-spec", "merge"];

    /// <summary>What holds without a charter.</summary>
    public static Charter BuiltIn { get; } = new(
        PolicyValues.None, PipelineWords, [], ImmutableSortedDictionary.Create<string, CharterProfile>(StringComparer.Ordinal),
        [AlwaysProtected], [], new([], []), null, [], []);
}

/// <summary>A command that must pass.</summary>
/// <param name="Name">Unique name.</param>
/// <param name="Run">Command line for <c>/bin/sh -c</c>.</param>
/// <param name="Timeout">Limit of its own, or null.</param>
public sealed record CharterCheck(string Name, string Run, TimeSpan? Timeout);

/// <summary>An agent as the charter describes it.</summary>
/// <param name="Adapter">exec, native or scripted.</param>
/// <param name="Command">Program and arguments.</param>
/// <param name="Model">Model to ask for, or null.</param>
/// <param name="Guidance">Told to this agent, or null.</param>
/// <param name="Env">Names of environment variables it gets besides the minimal base.</param>
/// <param name="Timeout">Limit of one turn, or null.</param>
public sealed record CharterProfile(
    string Adapter,
    ImmutableArray<string> Command,
    string? Model,
    string? Guidance,
    ImmutableArray<string> Env,
    TimeSpan? Timeout);

/// <summary>This machine's settings, as <c>.lodestar/local.yaml</c> gives them.</summary>
/// <param name="Policy">Its policy values.</param>
/// <param name="Worktrees">Folder for lane worktrees, or null.</param>
/// <param name="Redact">Regular expressions of what is never stored, besides those of the charter.</param>
public sealed record LocalSettings(PolicyValues Policy, string? Worktrees, ImmutableArray<string> Redact)
{
    /// <summary>What holds without the file.</summary>
    public static LocalSettings None { get; } = new(PolicyValues.None, null, []);
}
