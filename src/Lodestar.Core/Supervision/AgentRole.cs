using System.Text.Json.Serialization;

namespace Lodestar.Core.Supervision;

/// <summary>What an agent process is for.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<AgentRole>))]
public enum AgentRole
{
    /// <summary>Changes the code.</summary>
    [JsonStringEnumMemberName("builder")]
    Builder,

    /// <summary>Judges a change.</summary>
    [JsonStringEnumMemberName("reviewer")]
    Reviewer,

    /// <summary>Keeps the documents of the specification true.</summary>
    [JsonStringEnumMemberName("spec_maintainer")]
    SpecMaintainer,

    /// <summary>Runs a check of the charter.</summary>
    [JsonStringEnumMemberName("check")]
    Check,

    /// <summary>Runs a lane's set-up command.</summary>
    [JsonStringEnumMemberName("setup")]
    Setup,
}

/// <summary>The words for roles.</summary>
public static class AgentRoles
{
    /// <summary>The role as people say it.</summary>
    public static string Word(AgentRole role) => role switch
    {
        AgentRole.Builder => "builder",
        AgentRole.Reviewer => "reviewer",
        AgentRole.SpecMaintainer => "spec maintainer",
        AgentRole.Check => "check",
        AgentRole.Setup => "setup",
        _ => throw new InvalidOperationException($"Role {role} has no word."),
    };

    /// <summary>The role as profiles, the protocol and the registry name it.</summary>
    public static string Name(AgentRole role) => Word(role).Replace(' ', '_');

    /// <summary>True for roles whose work in the lane is worth keeping.</summary>
    public static bool Writes(AgentRole role) => role is AgentRole.Builder or AgentRole.SpecMaintainer;
}
