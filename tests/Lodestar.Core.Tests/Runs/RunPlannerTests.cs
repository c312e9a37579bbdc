using System.Collections.Immutable;
using Lodestar.Core.Policy;
using Lodestar.Core.Runs;
using Lodestar.Core.Spec;

namespace Lodestar.Core.Tests.Runs;

public class RunPlannerTests
{
    private static readonly CharterProfile Profile = new("exec", ["/bin/agent"], null, null, [], TimeSpan.FromMinutes(5));

    [Fact]
    public void Without_any_builder_the_plan_is_refused_with_both_ways_out()
    {
        var refusal = RunPlanner.FindBuilder(Inputs(Charter.BuiltIn), out _);

        Assert.Equal("builder-missing", refusal?.Code);
        Assert.Contains("--agent-cmd", refusal?.Hint);
    }

    [Fact]
    public void A_command_line_builds_in_place_of_the_profile()
    {
        var inputs = Inputs(With("builder", Profile)) with { AgentCommand = ["/bin/other"] };

        Assert.Null(RunPlanner.FindBuilder(inputs, out var builder));

        Assert.Equal(("exec", "/bin/other", SettingSource.Flag), (builder!.Adapter, builder.Command.Single(), builder.Source));
    }

    [Fact]
    public void A_profile_that_is_not_there_is_refused() =>
        Assert.Equal(
            "profile-unknown",
            RunPlanner.FindBuilder(Inputs(With("builder", Profile)) with { Profile = "fast" }, out _)?.Code);

    [Theory]
    [InlineData(true, true, null)]
    [InlineData(true, false, "The charter names no spec_documents.")]
    [InlineData(false, true, "The charter has no spec_maintainer profile.")]
    public void The_spec_is_maintained_where_somebody_may_change_something(bool hasProfile, bool hasDocuments, string? obstacle)
    {
        var charter = (hasProfile ? With(Charter.SpecMaintainerProfile, Profile) : Charter.BuiltIn)
            with
        { SpecDocuments = hasDocuments ? [new("SPEC.md", ["Status"])] : [] };

        var plan = Assemble(Inputs(charter) with { AgentCommand = ["/bin/agent"] });

        Assert.Equal(obstacle is null, plan.Pipeline.Contains(PipelineStep.MaintainSpec) && plan.SpecMaintainer is not null && plan.SpecDocuments.Length == 1);
        Assert.Equal(obstacle, plan.LeftOut.FirstOrDefault(step => step.Step == "maintain-spec")?.Reason);
    }

    [Fact]
    public void Steps_nobody_can_do_are_left_out_and_named()
    {
        var plan = Assemble(Inputs(Charter.BuiltIn) with { AgentCommand = ["/bin/agent"] });

        Assert.Equal([PipelineStep.Implement, PipelineStep.Merge], plan.Pipeline.AsEnumerable());
        Assert.Equal(["check", "review", "maintain-spec"], plan.LeftOut.Select(step => step.Step));
        Assert.Null(plan.Reviewer);
    }

    [Fact]
    public void Checks_of_the_command_replace_those_of_the_charter()
    {
        var charter = With("reviewer", Profile) with { Checks = [new("build", "make", TimeSpan.FromMinutes(1))] };

        var fromCharter = Assemble(Inputs(charter) with { AgentCommand = ["/bin/agent"] });
        var fromFlags = Assemble(Inputs(charter) with { AgentCommand = ["/bin/agent"], Checks = ["make test", "make lint"] });

        Assert.Equal([new("build", "make", TimeSpan.FromMinutes(1), SettingSource.Charter)], fromCharter.Checks.AsEnumerable());
        Assert.Equal(
            [
                new("check-1", "make test", TimeSpan.FromHours(2), SettingSource.Flag),
                new("check-2", "make lint", TimeSpan.FromHours(2), SettingSource.Flag),
            ],
            fromFlags.Checks.AsEnumerable());
        Assert.Contains(PipelineStep.Review, fromFlags.Pipeline);
        Assert.Equal(TimeSpan.FromMinutes(5), fromFlags.Reviewer?.Timeout);
    }

    [Fact]
    public void The_state_folder_is_protected_whatever_the_charter_says() =>
        Assert.Equal(
            [".lodestar/**", "ci/**"],
            Assemble(Inputs(Charter.BuiltIn with { ProtectedPaths = ["ci/**"] }) with { AgentCommand = ["a"] }).ProtectedPaths.AsEnumerable());

    [Fact]
    public void The_same_inputs_give_the_same_plan()
    {
        var inputs = Inputs(Charter.BuiltIn) with { AgentCommand = ["a"] };

        Assert.Equal(Assemble(inputs).ComputeHash(), Assemble(inputs).ComputeHash());
    }

    private static RunPlan Assemble(PlanInputs inputs)
    {
        Assert.Null(RunPlanner.FindBuilder(inputs, out var builder));
        return RunPlanner.Assemble(inputs, builder!, "main", GivenPlan.Base, new("snap-0123456789ab"));
    }

    private static Charter With(string name, CharterProfile profile) =>
        Charter.BuiltIn with { Profiles = Charter.BuiltIn.Profiles.Add(name, profile) };

    private static PlanInputs Inputs(Charter charter) => new(
        GivenPlan.Project,
        new(null, [new TaskDefinition(new("A"), "A", "", [], [], [], [], 100, null)], []),
        charter,
        RunPolicy.Resolve(),
        Charter.BuilderProfile,
        null,
        []);
}
