using Lodestar.Core;
using Lodestar.Core.Context;
using Lodestar.Core.Runs;
using Lodestar.Engine.Context;
using Lodestar.Engine.Git;
using Lodestar.Engine.Processes;
using Lodestar.Engine.Spec;
using Lodestar.Engine.Storage;
using Lodestar.Engine.Supervision;

namespace Lodestar.Engine.Runs;

/// <summary>Where the operations on runs find what they need: the opened project, its repository, its runs, this machine.</summary>
/// <param name="session">The opened project.</param>
/// <param name="machine">This machine.</param>
public sealed class RunDesk(EngineSession session, RunMachine machine)
{
    private GitClient? git;

    /// <summary>The opened project.</summary>
    public EngineSession Session => session;

    /// <summary>The project's <c>.lodestar</c> folder in the primary worktree.</summary>
    public string StateFolder => Path.Combine(session.Context.Root.Value, ".lodestar");

    /// <summary>This machine.</summary>
    public RunMachine Machine => machine;

    /// <summary>Root of the primary worktree.</summary>
    /// <exception cref="RefusedException"><c>git-required</c>: the project is in no repository.</exception>
    public string PrimaryWorktree => Place.PrimaryWorktree;

    private RepositoryPlace Place => session.Context.Repository ?? throw new RefusedException(new Refusal(
        "git-required", $"{session.Context.Root} is in no Git repository.", "git init"));

    private SnapshotCapture Snapshots => field ??= new(Git, PrimaryWorktree, Path.Combine(StateFolder, "cache"));

    private GitClient Git => git ??= GitClient.Find(machine.Variables);

    /// <summary>The project all rows are keyed by.</summary>
    public async Task<ProjectId> ProjectAsync(CancellationToken cancellation)
    {
        var found = await session.QueryAsync(view => Outcome<object>.Done(view.Project), cancellation);
        return found.Data is { } project ? (ProjectId)project : throw new RefusedException(found.Refusal!);
    }

    /// <summary>All runs, newest first. Writes nothing.</summary>
    public async Task<IReadOnlyList<RunRow>> RowsAsync(CancellationToken cancellation)
    {
        var project = await ProjectAsync(cancellation);
        return await session.Store.ReadAsync(view => view.Runs(project), cancellation);
    }

    /// <summary>The runs of the project, as an engine in this process writes them.</summary>
    public async Task<StoredRuns> RunsAsync(CancellationToken cancellation) =>
        new(session.Store, await ProjectAsync(cancellation), machine.Self, ProcessHosts.Look);

    /// <summary>True when a process that is not known to be dead drives the run.</summary>
    public bool IsLive(RunRow row) =>
        row.Engine is { } engine && engine.Process != machine.Self && ProcessHosts.Look(engine.Process) != Liveness.Dead;

    /// <summary>Says whether anything of a process is alive.</summary>
    public Liveness Look(ProcessMark mark) => machine.Hosts.Look(mark);

    /// <summary>Refuses when another run of the project is active.</summary>
    public async Task RequireNoOtherAsync(RunId run, CancellationToken cancellation)
    {
        var runs = await RunsAsync(cancellation);
        await session.Store.ReadAsync(
            view =>
            {
                runs.RequireNoOther(view, run);
                return true;
            },
            cancellation);
    }

    /// <summary>The repository, for reading and for the run's own references and worktrees.</summary>
    public Task<GitRepository> RepositoryAsync(CancellationToken cancellation) =>
        GitRepository.OpenAsync(Git, PrimaryWorktree, LaneFolder(), cancellation);

    /// <summary>The manifest of the tree a plan starts from.</summary>
    internal Task<SnapshotManifest> SnapshotAsync(RunPlan plan, CancellationToken cancellation) =>
        Snapshots.CaptureAsync(plan, cancellation);

    /// <summary>Called at labelled points; see <see cref="CrashLabel"/>.</summary>
    internal void Reach(string label) => machine.Reach(label);

    /// <summary>The user's own checkout.</summary>
    public PrimaryCheckout Checkout() => new(Git, PrimaryWorktree);

    /// <summary>Folder of one process of a run.</summary>
    internal string ProcessFolder(RunId run, ProcessId process) =>
        Path.Combine(StateFolder, "runs", run.Value, "agents", process.Value);

    /// <summary>Starts an engine for a run in the background; it outlives this process, and writes to a log in the run's folder.</summary>
    internal async Task StartEngineAsync(RunId run, CancellationToken cancellation)
    {
        var log = Path.Combine(StateFolder, "runs", run.Value, "engine.log");
        var script = "exec setsid -f \"$@\" </dev/null >>\"$LODESTAR_ENGINE_LOG\" 2>&1";
        var environment = new Dictionary<string, string>(machine.Variables) { ["LODESTAR_ENGINE_LOG"] = log };
        var result = await ChildProcess.RunAsync(
            new ChildOrder(
                "/bin/sh",
                ["-c", script, "sh", .. machine.Lodestar, "-C", session.Context.Root.Value, "resume", run.Value, "--json"],
                session.Context.Root.Value,
                environment),
            new ChildLimits(TimeSpan.FromSeconds(30), 4096, 4096),
            cancellation);
        if (result.Exit.Code != 0)
            throw new EnvironmentException(
                "engine-not-started",
                $"No engine could be started in the background (exit code {result.Exit.Code}).",
                $"lodestar resume {run}");
    }

    /// <summary>Waits until a run has its engine, or was already stopped by it; whoever looks next then sees one.</summary>
    internal async Task WaitForEngineAsync(RunId run, CancellationToken cancellation)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30), session.Clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        try
        {
            while ((await RowsAsync(either.Token)).First(row => row.Id == run) is { Status: "running" } row && !IsLive(row))
                await Task.Delay(TimeSpan.FromMilliseconds(50), session.Clock, either.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new EnvironmentException(
                "engine-not-started",
                $"The engine of run {run} did not take it over; its log is {Path.Combine(StateFolder, "runs", run.Value, "engine.log")}.",
                $"lodestar resume {run}");
        }
    }

    /// <summary>The user's branch, for the verb that may move it.</summary>
    internal BaseBranch BaseBranch(IRepository repository) => new(Git, repository, Checkout(), PrimaryWorktree);

    /// <summary>Lanes on this machine.</summary>
    internal LaneGround Ground() => new(machine, LaneFolder(), PrimaryWorktree, Checkout());

    /// <summary>Plans a run without starting it. Writes nothing but caches.</summary>
    public async Task<Outcome<PreparedRun>> PrepareAsync(RunRequest request, CancellationToken cancellation)
    {
        if (session.Context.Root.Value != PrimaryWorktree)
        {
            // Scopes and protected paths are paths of the repository, and a lane has its root where the repository has.
            return new Refusal(
                "project-not-at-root",
                $"The project {session.Context.Root} is not at the root of its Git repository, {PrimaryWorktree}, and a run works on a whole repository.",
                $"lodestar -C {ShellWord.Quote(PrimaryWorktree)} init");
        }

        await using var repository = await RepositoryAsync(cancellation);
        var sources = await PlanSources.ReadAsync(session, repository, Checkout(), Snapshots, cancellation);
        return sources.Data is { } read
            ? await RunPlanning.PrepareAsync(read, request, cancellation)
            : sources.Refusal!;
    }

    /// <summary>The refusal when a program the plan names cannot be run; null when all can.</summary>
    public Refusal? MissingProgram(RunPlan plan)
    {
        foreach (var profile in new[] { plan.Builder, plan.Reviewer, plan.SpecMaintainer }.OfType<PlannedProfile>())
        {
            try
            {
                _ = LaneGround.Resolve(profile, profile.Command, machine);
            }
            catch (RefusedException missing)
            {
                return missing.Refusal;
            }
        }

        return null;
    }

    /// <summary>Opens the world of one run.</summary>
    internal async Task<OpenedGround> OpenAsync(
        StoredRuns runs, RunFolder folder, CancellationToken cancellation)
    {
        var repository = await RepositoryAsync(cancellation);
        return new OpenedGround(
            new RunParts(runs, repository, machine.Hosts, folder, Ground(), session.Clock, session.Ids, machine.Reach), repository);
    }

    /// <summary>Runs the charter's command for the end of a run.</summary>
    /// <returns>A warning when it did not succeed.</returns>
    internal async Task<IReadOnlyList<Warning>> FinishAsync(RunState state, CancellationToken cancellation)
    {
        if (state.Plan.OnFinish is not { } command)
            return [];
        var environment = new Dictionary<string, string>(machine.Variables)
        {
            ["LODESTAR_RUN_ID"] = state.Run.Value,
            ["LODESTAR_OUTCOME"] = state.Outcome is null ? "paused" : RunDecider.Word(state),
        };
        try
        {
            var result = await ChildProcess.RunAsync(
                new ChildOrder("/bin/sh", ["-c", command], session.Context.Root.Value, environment),
                new ChildLimits(TimeSpan.FromMinutes(5), 65_536, 65_536),
                cancellation);
            return result.Exit.Code == 0
                ? []
                : [new Warning("on-finish-failed", $"The on-finish command \"{command}\" ended with exit code {result.Exit.Code}.")];
        }
        catch (Exception cause) when (cause is ChildNotStartedException or ChildTimedOutException)
        {
            return [new Warning("on-finish-failed", $"The on-finish command \"{command}\": {cause.Message}")];
        }
    }

    private string LaneFolder()
    {
        var local = Required(new CharterFile(session.Context.Root.Value).LoadLocal());
        return local.Worktrees is { } folder
            ? Path.GetFullPath(folder, session.Context.Root.Value)
            : LaneRoot.Default(PrimaryWorktree);
    }

    private static T Required<T>(Outcome<T> outcome)
        where T : class => outcome.Data ?? throw new RefusedException(outcome.Refusal!);
}

/// <summary>The world of one run, with what must be let go of afterwards.</summary>
internal sealed class OpenedGround(RunParts parts, GitRepository repository) : IAsyncDisposable
{
    internal RunParts Parts => parts;

    public ValueTask DisposeAsync() => repository.DisposeAsync();
}
