using System.Collections.Immutable;
using Lodestar.Core.Policy;

namespace Lodestar.Core.Runs;

/// <summary>Gathers a briefing from the frozen plan and the facts of the attempt, and makes it fit.</summary>
internal static class BriefingAssembly
{
    /// <summary>Assembles; when the whole is too long, every part gets half the room until it fits.</summary>
    internal static Briefing Fit(RunPlan plan, TaskId id, AttemptFacts facts, PlannedProfile profile, string role)
    {
        var task = plan.Tasks.FirstOrDefault(task => task.Id == id)
            ?? throw new ArgumentException($"The plan has no task {id}.", nameof(id));
        for (var room = 16_384; room >= 64; room /= 2)
        {
            var briefing = new Briefing(
                new(facts.Agent, role, facts.Run, id, facts.Attempt, facts.Round, profile.Adapter, profile.Model),
                Purpose(plan.Mission, task, facts, room),
                Environment(plan, task, facts, profile, room));
            if (briefing.Fits)
                return briefing;
        }

        throw new InvalidOperationException($"The briefing of task {id} does not fit into {Briefing.MaxBytes} bytes.");
    }

    private static BriefingPurpose Purpose(PlannedMission mission, PlannedTask task, AttemptFacts facts, int room) => new(
        ForeignText.Line(mission.Title, 200),
        ForeignText.Head(mission.Purpose, room / 4),
        ForeignText.Line(task.Title, 500),
        ForeignText.Head(task.Description, room),
        Lines(task.AcceptanceCriteria, room),
        Prd(task.Prd, room),
        [.. facts.Notes.TakeLast(5).Select(note => ForeignText.Head(note, room / 8))],
        facts.ReviewFindings is { } findings ? ForeignText.Head(findings, room / 2) : null,
        Lines(facts.Problems, room / 2),
        [.. facts.FailedChecks.Take(8).Select(check => new FailedCheck(
            ForeignText.Line(check.Name, 200), ForeignText.Tail(check.Output, room / 8)))],
        facts.Conflict is { } conflict ? conflict with { Paths = Lines(conflict.Paths, room / 2) } : null);

    private static BriefingPrd? Prd(PlannedPrd? prd, int room) => prd is { Excerpt: { } excerpt }
        ? new(ForeignText.Line(prd.Source, 500), Lines(prd.Anchors, room / 4), ForeignText.Head(excerpt, room))
        : null;

    private static BriefingEnvironment Environment(
        RunPlan plan, PlannedTask task, AttemptFacts facts, PlannedProfile profile, int room) => new(
        facts.Workspace is { } workspace ? ForeignText.Line(workspace, 4_096) : null,
        facts.Branch,
        facts.Base ?? plan.BaseCommit,
        facts.Head,
        plan.BaseBranch,
        profile == plan.SpecMaintainer ? [] : Lines(task.Locks, room / 2),
        Lines(plan.ProtectedPaths, room / 2),
        Lines(plan.Rules, room / 2),
        profile.Guidance is { } guidance ? ForeignText.Head(guidance, room / 2) : null,
        [.. plan.Checks.Take(Math.Max(1, room / 512)).Select(check => new BriefingCheck(
            ForeignText.Line(check.Name, 100), ForeignText.Line(check.Run, 500)))],
        plan.Policy.Commit.Value is CommitBy.Engine,
        profile == plan.SpecMaintainer ? Lines([.. plan.SpecDocuments.Select(document => document.ToString())], room) : []);

    private static ImmutableArray<string> Lines(ImmutableArray<string> texts, int room) =>
        ForeignText.Lines(texts, Math.Max(1, room / 256), Math.Min(1_000, room));
}
