using System.Collections.Immutable;
using Lodestar.Core;
using Lodestar.Core.Context;
using Lodestar.Core.Policy;
using Lodestar.Core.Runs;
using Lodestar.Core.Spec;
using Lodestar.Engine.Git;
using TaskStatus = Lodestar.Core.Spec.TaskStatus;

namespace Lodestar.Engine.Runs;

/// <summary>A run that could start: its plan, and what belongs to it.</summary>
/// <param name="Plan">The frozen decision.</param>
/// <param name="Dirty">Uncommitted paths of the primary worktree; they are not part of the run.</param>
/// <param name="LeftOut">Tasks that were looked at and not taken.</param>
public sealed record PreparedRun(
    RunPlan Plan, ImmutableArray<string> Dirty, ImmutableArray<LeftOutTask> LeftOut);

/// <summary>Prepares a run: <c>plan</c> shows the result, <c>run</c> starts from it. Nothing is written but caches.</summary>
public static class RunPlanning
{
    /// <summary>Resolves policy, chooses the tasks, finds the base, and decides the plan.</summary>
    public static async Task<Outcome<PreparedRun>> PrepareAsync(
        PlanSources sources, RunRequest request, CancellationToken cancellation)
    {
        if (PolicyKey.ReadEnvironment(sources.Variable, out var environment) is { } unusable)
            return unusable;
        var policy = RunPolicy.Resolve(
            new(SettingSource.Flag, request.Policy),
            new(SettingSource.Environment, environment),
            new(SettingSource.Local, sources.Local.Policy),
            new(SettingSource.Charter, sources.Charter.Policy));

        if (TaskSelection.Choose(sources.Spec, sources.StatusOf, request, out var selection) is { } notChosen)
            return notChosen;
        var inputs = new PlanInputs(
            sources.ProjectId,
            selection!,
            sources.Charter with { Redact = [.. sources.Charter.Redact.Union(sources.Local.Redact)] },
            policy,
            request.Profile ?? Charter.BuilderProfile,
            request.AgentCommand is { } line ? sources.AgentCommand.Read(line) : null,
            request.Checks);
        if (RunPlanner.FindBuilder(inputs, out var builder) is { } nobody)
            return nobody;

        var found = await RunBase.FindAsync(sources.Repository, sources.Look, request.Base, cancellation);
        if (found.Refusal is { } noBase)
            return noBase;
        var start = found.Data!;
        var snapshot = await sources.Snapshot(start.Commit, cancellation);
        var plan = RunPlanner.Assemble(inputs, builder!, start.Branch, start.Commit, snapshot);
        return Outcome<PreparedRun>.Done(
            new(plan, start.Dirty, selection!.LeftOut), warnings: [.. Warnings(plan, start)]);
    }

    private static IEnumerable<Warning> Warnings(RunPlan plan, RunBase start)
    {
        if (!start.Dirty.IsEmpty)
            yield return new(
                "tree-dirty",
                $"{start.Dirty.Length} uncommitted {(start.Dirty.Length == 1 ? "file is" : "files are")} not part of the run.");
        if (!plan.Pipeline.Contains(PipelineStep.Check))
            yield return new("no-checks", "No check will be run; tasks count by their commits alone.");
    }
}
