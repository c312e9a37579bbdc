using Lodestar.Core.Supervision;

namespace Lodestar.Engine.Supervision;

/// <summary>Does what the ledger says is intended: one switch over <see cref="Effect"/>. Every effect looks at the world
/// before it acts, so doing one again after a crash ends where doing it once would have.</summary>
public sealed class EffectRunner : IAsyncDisposable
{
    private readonly RunParts parts;
    private readonly HostedPrograms programs;
    private readonly TurnEffect turns;
    private readonly CollectEffect evidence;
    private readonly CollectSpecEffect documents;
    private readonly CheckEffect checks;
    private readonly MergeEffects merges;
    private readonly LaneEffects lanes;

    /// <summary>Creates a runner over the given world.</summary>
    public EffectRunner(RunParts parts)
    {
        this.parts = parts;
        programs = new HostedPrograms(parts);
        var workspace = new LaneWorkspace(parts, programs);
        var userTree = new UserTree(parts);
        var lane = new LaneEvidence(parts);
        turns = new TurnEffect(parts, workspace, lane, programs, userTree);
        evidence = new CollectEffect(parts, lane);
        documents = new CollectSpecEffect(parts, lane);
        checks = new CheckEffect(parts, workspace, programs);
        merges = new MergeEffects(parts);
        lanes = new LaneEffects(parts, userTree);
    }

    /// <summary>Does one effect.</summary>
    public async Task<EffectOutcome> PerformAsync(EffectScope scope, CancellationToken cancellation)
    {
        var kind = KindOf(scope.Pending.Effect);
        parts.Reach(CrashLabel.Before(kind));
        var outcome = scope.Pending.Effect switch
        {
            Effect.OwnRun own => await merges.OwnAsync(scope, own, cancellation),
            Effect.RunTurn turn => await turns.PerformAsync(scope, turn, cancellation),
            Effect.Collect collect => await evidence.PerformAsync(scope, collect, cancellation),
            Effect.CollectSpec collect => await documents.PerformAsync(scope, collect, cancellation),
            Effect.RunCheck check => await checks.PerformAsync(scope, check, cancellation),
            Effect.Merge merge => await merges.MergeAsync(scope, merge, cancellation),
            Effect.Publish publish => await merges.PublishAsync(scope, publish, cancellation),
            Effect.Retire retire => await lanes.RetireAsync(scope, retire, cancellation),
            Effect.CloseRun close => await lanes.CloseAsync(scope, close, cancellation),
            _ => throw new InvalidOperationException($"Effect {scope.Pending.Effect.GetType().Name} is unknown."),
        };
        parts.Reach(CrashLabel.After(kind));
        return outcome;
    }

    /// <summary>Ends every program that is still hosted.</summary>
    public ValueTask DisposeAsync() => programs.DisposeAsync();

    /// <summary>The effect's name in crash labels and progress.</summary>
    public static string KindOf(Effect effect) => effect switch
    {
        Effect.OwnRun => "own-run",
        Effect.RunTurn => "turn",
        Effect.Collect => "collect",
        Effect.CollectSpec => "collect-spec",
        Effect.RunCheck => "check",
        Effect.Merge => "merge",
        Effect.Publish => "publish",
        Effect.Retire => "retire",
        Effect.CloseRun => "close-run",
        _ => throw new InvalidOperationException($"Effect {effect.GetType().Name} is unknown."),
    };
}
