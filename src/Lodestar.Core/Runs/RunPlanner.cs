using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Lodestar.Core.Context;
using Lodestar.Core.Lanes;
using Lodestar.Core.Planes;
using Lodestar.Core.Policy;
using Lodestar.Core.Spec;

namespace Lodestar.Core.Runs;

/// <summary>Everything a plan is made from, gathered before the decision.</summary>
/// <param name="ProjectId">The project.</param>
/// <param name="Selection">The tasks.</param>
/// <param name="Charter">Committed governance.</param>
/// <param name="Policy">The resolved policy.</param>
/// <param name="Profile">Name of the charter's profile that builds.</param>
/// <param name="AgentCommand">Program and arguments that build in place of any profile; null for the profile.</param>
/// <param name="Checks">Command lines that replace the charter's checks; empty keeps those.</param>
public sealed record PlanInputs(
    ProjectId ProjectId,
    TaskSelection Selection,
    Charter Charter,
    RunPolicy Policy,
    string Profile,
    ImmutableArray<string>? AgentCommand,
    ImmutableArray<string> Checks);

/// <summary>Makes the frozen decision of a run from what was gathered.</summary>
public static class RunPlanner
{
    /// <summary>Finds who builds.</summary>
    /// <returns>Null, or the refusal <c>builder-missing</c> or <c>profile-unknown</c>.</returns>
    public static Refusal? FindBuilder(PlanInputs inputs, out PlannedProfile? builder)
    {
        builder = null;
        if (inputs.AgentCommand is { } command)
        {
            builder = new(
                "agent-cmd", "exec", command, null, null, [], inputs.Policy.AttemptTimeout.Value, SettingSource.Flag);
            return null;
        }

        if (inputs.Charter.Profiles.TryGetValue(inputs.Profile, out var profile))
        {
            builder = Planned(inputs.Profile, profile, inputs.Policy);
            return null;
        }

        return inputs.Profile == Charter.BuilderProfile
            ? new(
                "builder-missing",
                "No agent is configured to build.",
                "give --agent-cmd \"my-agent {briefing_file}\", or add profiles.builder to .lodestar/charter.yaml")
            : new("profile-unknown", $"The charter has no profile \"{inputs.Profile}\".", "profiles are named in .lodestar/charter.yaml")
            {
                Details = new() { ["profiles"] = new JsonArray([.. inputs.Charter.Profiles.Keys.Select(name => (JsonNode)name)]) },
            };
    }

    /// <summary>Assembles the plan.</summary>
    /// <param name="inputs">What was gathered.</param>
    /// <param name="builder">Who builds.</param>
    /// <param name="baseBranch">Short name of the base branch.</param>
    /// <param name="baseCommit">Its commit.</param>
    /// <param name="snapshot">Identity of that commit's tree.</param>
    public static RunPlan Assemble(
        PlanInputs inputs, PlannedProfile builder, string baseBranch, CommitId baseCommit, SnapshotId snapshot)
    {
        var tasks = inputs.Selection.Tasks.Select(Frozen).ToDictionary(task => task.Id);
        var lanes = new LanePlan(tasks.Values);
        var waves = WavePlan.Of(lanes, inputs.Policy.Lanes.Value);
        var checks = Checks(inputs);
        var reviewer = inputs.Charter.Profiles.GetValueOrDefault(Charter.ReviewerProfile) is { } profile
            ? Planned(Charter.ReviewerProfile, profile, inputs.Policy)
            : null;
        var maintainer = inputs.Charter.Profiles.GetValueOrDefault(Charter.SpecMaintainerProfile) is { } keeper
            ? Planned(Charter.SpecMaintainerProfile, keeper, inputs.Policy)
            : null;
        var (pipeline, leftOut) = Pipeline(inputs.Charter, checks, reviewer, maintainer);
        var maintains = pipeline.Contains(PipelineStep.MaintainSpec);
        return new(
            inputs.ProjectId,
            inputs.Selection.Mission is { } mission
                ? new(mission.Id, mission.Slug, mission.Title, mission.Purpose)
                : PlannedMission.Implicit(inputs.ProjectId),
            baseBranch,
            baseCommit,
            snapshot,
            [.. lanes.Order.Select(id => tasks[id])],
            waves.Waves,
            inputs.Policy,
            pipeline,
            leftOut,
            checks,
            builder,
            pipeline.Contains(PipelineStep.Review) ? reviewer : null,
            inputs.Charter.ProtectedPaths.Contains(Charter.AlwaysProtected)
                ? inputs.Charter.ProtectedPaths
                : [Charter.AlwaysProtected, .. inputs.Charter.ProtectedPaths],
            inputs.Charter.Rules,
            inputs.Charter.Lane,
            inputs.Charter.OnFinish,
            waves.Lost,
            maintains ? maintainer : null)
        {
            SpecDocuments = maintains ? inputs.Charter.SpecDocuments : [],
            Redact = inputs.Charter.Redact,
        };
    }

    // Implement and merge are what a run is; the charter may only leave out what lies between.
    private static (ImmutableArray<PipelineStep> Steps, ImmutableArray<LeftOutStep> LeftOut) Pipeline(
        Charter charter, ImmutableArray<PlannedCheck> checks, PlannedProfile? reviewer, PlannedProfile? maintainer)
    {
        var wanted = charter.Pipeline;
        var steps = ImmutableArray.CreateBuilder<PipelineStep>();
        var leftOut = ImmutableArray.CreateBuilder<LeftOutStep>();
        steps.Add(PipelineStep.Implement);
        Decide("check", PipelineStep.Check, checks.IsEmpty ? "No check is configured." : null);
        Decide("review", PipelineStep.Review, reviewer is null ? "The charter has no reviewer profile." : null);
        Decide("maintain-spec", PipelineStep.MaintainSpec, maintainer is null
            ? "The charter has no spec_maintainer profile."
            : charter.SpecDocuments.IsEmpty ? "The charter names no spec_documents." : null);
        steps.Add(PipelineStep.Merge);
        return (steps.ToImmutable(), leftOut.ToImmutable());

        void Decide(string word, PipelineStep step, string? obstacle)
        {
            if (!wanted.Contains(word))
                leftOut.Add(new(word, "The charter's pipeline does not have it."));
            else if (obstacle is not null)
                leftOut.Add(new(word, obstacle));
            else
                steps.Add(step);
        }
    }

    private static ImmutableArray<PlannedCheck> Checks(PlanInputs inputs)
    {
        var limit = inputs.Policy.AttemptTimeout.Value;
        return inputs.Checks.IsEmpty
            ? [.. inputs.Charter.Checks.Select(check => new PlannedCheck(
                check.Name, check.Run, check.Timeout ?? limit, SettingSource.Charter))]
            : [.. inputs.Checks.Index().Select(check => new PlannedCheck(
                $"check-{check.Index + 1}", check.Item, limit, SettingSource.Flag))];
    }

    private static PlannedProfile Planned(string name, CharterProfile profile, RunPolicy policy) => new(
        name, profile.Adapter, profile.Command, profile.Model, profile.Guidance, profile.Env,
        profile.Timeout ?? policy.AttemptTimeout.Value, SettingSource.Charter);

    private static PlannedTask Frozen(TaskDefinition task) => new(
        task.Id, task.Title, task.Description, task.AcceptanceCriteria, task.DependsOn, task.Labels, task.Locks,
        task.Priority, DefinitionHash.Of(task),
        Intent(task.Prd));

    /// <summary>A plan names one document; sections of further ones carry their path.</summary>
    private static PlannedPrd? Intent(ImmutableArray<PrdReference> sources)
    {
        if (sources.IsEmpty)
            return null;
        var first = sources[0];
        var anchors = sources.SelectMany(prd => prd.Refs.Select(section => prd == first ? section.Anchor : $"{prd.Source}{section.Anchor}"));
        var excerpts = sources.Select(prd => prd.Excerpt).OfType<string>().ToArray();
        return new(first.Source, [.. anchors], excerpts.Length == 0 ? null : string.Join("\n\n", excerpts), first.PrdHash);
    }
}
