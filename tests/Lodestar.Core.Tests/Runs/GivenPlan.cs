using Lodestar.Core.Context;
using Lodestar.Core.Policy;
using Lodestar.Core.Runs;

namespace Lodestar.Core.Tests.Runs;

/// <summary>A small plan for tests.</summary>
internal static class GivenPlan
{
    internal static readonly ProjectId Project = new("01JZ0000000000000000000000");
    internal static readonly CommitId Base = new(new string('b', 40));

    internal static PlannedTask Login { get; } = new(
        new("F001"), "Log in", "Add a login form.", ["Wrong passwords are refused", "Tests cover it"],
        [], ["feature"], ["src/auth/**"], 1, Sha256Text.Of("F001"));

    internal static PlannedProfile Builder { get; } = new(
        "builder", "exec", ["my-agent", "{briefing_file}"], null, "Small commits.", [], TimeSpan.FromHours(2), SettingSource.Charter);

    internal static RunPlan Of(params PlannedTask[] tasks) => new(
        Project,
        PlannedMission.Implicit(Project),
        "main",
        Base,
        new("snap-0123456789ab"),
        [.. tasks],
        [[.. tasks.Select(task => task.Id)]],
        RunPolicy.Resolve(),
        [PipelineStep.Implement, PipelineStep.Check, PipelineStep.Review, PipelineStep.Merge],
        [new("maintain-spec", "Nothing does this step yet.")],
        [new("tests", "dotnet test", TimeSpan.FromMinutes(10), SettingSource.Charter)],
        Builder,
        Builder with { Name = "reviewer", Guidance = null },
        [".lodestar/**"],
        ["Public APIs need tests"],
        new([], []),
        null,
        []);
}
