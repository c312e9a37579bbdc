using System.Text.Json;
using Lodestar.Core.Runs;

namespace Lodestar.Core.Tests.Runs;

public class RunPlanTests
{
    [Fact]
    public void A_plan_read_back_is_the_same_decision()
    {
        var plan = GivenPlan.Of(GivenPlan.Login with { Prd = new("PRD.md", ["#login"], "text", null) });

        var text = JsonSerializer.Serialize(plan, PlanJson.Default.RunPlan);
        var read = JsonSerializer.Deserialize(text, PlanJson.Default.RunPlan)!;

        Assert.Equal(plan.ComputeHash(), read.ComputeHash());
        Assert.Contains("\"lease_ttl\": {\n      \"value\": \"15m\",\n      \"source\": \"built-in\"\n    }", text);
        Assert.Contains("\"pipeline\": [\n    \"implement\",", text);
    }

    [Fact]
    public void Whatever_is_decided_differently_is_another_plan()
    {
        var plan = GivenPlan.Of(GivenPlan.Login);

        Assert.NotEqual(plan.ComputeHash(), (plan with { BaseBranch = "other" }).ComputeHash());
        Assert.NotEqual(plan.ComputeHash(), GivenPlan.Of(GivenPlan.Login with { Priority = 2 }).ComputeHash());
    }

    [Fact]
    public void A_plan_with_an_unknown_member_is_not_read()
    {
        var text = JsonSerializer.Serialize(GivenPlan.Of(GivenPlan.Login), PlanJson.Default.RunPlan);

        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize(
            text.Replace("\"base_branch\"", "\"surprise\": 1, \"base_branch\""), PlanJson.Default.RunPlan));
    }

    [Fact]
    public void The_implicit_mission_of_a_project_has_one_id_for_ever()
    {
        var mission = PlannedMission.Implicit(GivenPlan.Project);

        Assert.Equal(mission, PlannedMission.Implicit(GivenPlan.Project));
        Assert.Equal(mission.Id, MissionId.Parse(mission.Id.Value));
        Assert.NotEqual(mission.Id, PlannedMission.Implicit(new("01JZ0000000000000000000001")).Id);
        Assert.Equal("adhoc", mission.Slug);
    }
}
