using Lodestar.Core;
using Lodestar.Core.Context;
using Lodestar.Core.Runs;
using Lodestar.Core.Supervision;
using Lodestar.Engine;
using Lodestar.Engine.Git;
using Lodestar.Engine.Supervision;

namespace Lodestar.TestKit.World;

/// <summary>A whole world around one run, on one thread and out of one seed: a repository, a plane, a machine with
/// processes, people with requests, and engines that are killed. The code under test is the real loop.</summary>
public sealed class SimulatedWorld
{
    private const int StepLimit = 400_000;
    private const int EngineLimit = 80;

    private readonly RunId run = new("run-20310514-120000-00000001");
    private readonly Random random;
    private readonly WorldSchedule schedule;
    private readonly Actor nature;
    private readonly Chaos chaos;
    private readonly MemoryPlane plane;
    private readonly ProcessTable processes;
    private readonly Witness witness;
    private readonly Treasury treasury;
    private readonly CommitId root;
    private readonly List<long> batches = [];
    private readonly List<Supervisor> loops = [];
    private readonly WorldStory story;
    private readonly WorldJudge judge;
    private readonly Func<RunParts, RunParts> tamper;
    private int engines;
    private bool isOver;
    private bool isMeddled;
    private Exception? failure;
    private int retriesLeft = 2;

    /// <summary>Makes a world.</summary>
    /// <param name="seed">What everything follows from.</param>
    /// <param name="shape">Changes the drawn scenario; null leaves it.</param>
    /// <param name="tamper">Wraps what the engine sees, to show that the invariants bite; null leaves it.</param>
    public SimulatedWorld(int seed, Func<Scenario, Scenario>? shape = null, Func<RunParts, RunParts>? tamper = null)
    {
        random = new Random(seed);
        schedule = new WorldSchedule(random);
        story = new WorldStory(schedule);
        nature = new Actor(schedule, "nature");
        this.tamper = tamper ?? (parts => parts);
        root = Git.Commit(new CommitDraft(
            Git.Tree(System.Collections.Immutable.ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal)
                .Add("README.md", Git.Blob("hello\n"u8))
                .Add("SPEC.md", Git.Blob(System.Text.Encoding.UTF8.GetBytes(SpecKeeper.Unwritten)))),
            [],
            "Begin\n",
            new("User", "user@example.test"),
            0));
        var user = Git.Worktrees[MemoryGround.Primary] = new MemoryWorktree(Git);
        user.Stand("main", root);
        user.Fill(root);
        user.Files["README.md"] = WorldJudge.Written;
        Scenario = Scenario.Draw(random, root);
        Scenario = shape?.Invoke(Scenario) ?? Scenario;
        chaos = new Chaos(random, Scenario, 25 + random.Next(100));
        treasury = new Treasury(Git);
        witness = new Witness(run, (task, fence) => plane!.IsHeld(task, fence));
        WorldPrograms? programs = null;
        processes = new ProcessTable(
            schedule,
            random,
            nature,
            process => Holding(() => programs!.Start(process)),
            process => Holding(() => programs!.Ended(process)));
        programs = new WorldPrograms(Scenario, random, Git, witness, treasury, () => processes.Alive);
        plane = new MemoryPlane(run, schedule, batch => Holding(() => Recorded(batch)));
        judge = new WorldJudge(Git, root, plane, processes, programs, witness, treasury);
    }

    /// <summary>What the run is about.</summary>
    public Scenario Scenario { get; }

    /// <summary>The repository.</summary>
    public MemoryGit Git { get; } = new();

    /// <summary>The last of what happened, for people.</summary>
    public string Trace => story.Text;

    /// <summary>Stands for everything that happened.</summary>
    public ulong Digest => story.Digest;

    /// <summary>How the run ended.</summary>
    public RunState State => witness.State!;

    /// <summary>The run's ledger, line by line.</summary>
    public IReadOnlyList<string> Ledger => plane.Lines;

    /// <summary>Proof of every finished step, in order.</summary>
    public IReadOnlyList<Receipt> Receipts => witness.Receipts;

    /// <summary>The run.</summary>
    public RunId Run => run;

    /// <summary>Engines that were started.</summary>
    public int Engines => engines;

    /// <summary>The loops of those engines that got as far.</summary>
    public IReadOnlyList<Supervisor> Loops => loops;

    /// <summary>Kinds of things that happened, and how often.</summary>
    public SortedDictionary<string, int> Marks => story.Marks;

    /// <summary>Number of the last entry of every transaction: where a ledger can end.</summary>
    public IReadOnlyList<long> Batches => batches;

    /// <summary>Lives until the run is over for good.</summary>
    /// <exception cref="WorldBrokenException">An invariant does not hold.</exception>
    public void Live()
    {
        plane.Create(Scenario.Plan);
        for (var request = 0; request < Scenario.Requests; request++)
            schedule.After(TimeSpan.FromSeconds(random.Next(30)), nature, Request);
        for (var rival = 0; rival < Scenario.Rivals; rival++)
            schedule.After(TimeSpan.FromSeconds(random.Next(30)), nature, Rival);
        if (Scenario.HasMeddler)
            schedule.After(TimeSpan.FromSeconds(random.Next(15)), nature, Meddle);
        StartEngine([]);
        while (!isOver)
        {
            Witness.Require(schedule.Steps < StepLimit, "18-bounds", $"The run did not end within {StepLimit} steps.");
            Witness.Require(schedule.Step(), "18-bounds", "The run stands still.");
            if (failure is { } cause)
                throw new InvalidOperationException($"The world broke: {cause.Message}", cause);
        }

        judge.End();
    }

    /// <summary>What the operation that starts or resumes a run does, in the world.</summary>
    private async Task DriveAsync(SimulatedEngine engine, IReadOnlyList<RunEvent> wishes)
    {
        var parts = engine.Parts;
        var fence = await parts.Store.AttachAsync(run, CancellationToken.None);
        var state = RunFold.All(run, await parts.Store.LoadAsync(run, CancellationToken.None));
        engine.Folder.Begin(state.Seq);
        var opening = new List<RunEvent> { new RunEvent.EngineAttached(fence, engines, "world") };
        opening.AddRange(wishes);
        var after = opening.Skip(1).Aggregate(state, (next, happened) =>
            RunFold.Next(next, new LedgerEntry(next.Seq + 1, schedule.Now, "operator", happened)));
        if (RunDecider.Resume(after, "operator").Event is { } resumed)
            opening.Add(resumed);
        await using var supervisor = new Supervisor(parts, state, fence, (_, _) => engine.Gate.Reach("observe"));
        loops.Add(supervisor);
        await supervisor.RunAsync(opening, "operator", CancellationToken.None);
        await parts.Store.DetachAsync(run, fence, CancellationToken.None);
    }

    private void StartEngine(IReadOnlyList<RunEvent> wishes)
    {
        Witness.Require(++engines <= EngineLimit, "18-bounds", $"The run needs more than {EngineLimit} engines.");
        var engine = new SimulatedEngine(schedule, $"engine-{engines}");
        engine.Open(
            tamper, random, chaos, Git, plane, processes, () => Gone(engine),
            (call, pause) => Asleep(engine, call, pause), story.Note, story.Mark,
            path => Holding(() => judge.Disturbed(path)));
        schedule.Post(engine, () => _ = LiveAsync(engine, wishes));
    }

    private async Task LiveAsync(SimulatedEngine engine, IReadOnlyList<RunEvent> wishes)
    {
        try
        {
            await DriveAsync(engine, wishes);
        }
        catch (EnvironmentException cause)
        {
            story.Note($"{engine.Name} ends: {cause.Message}");
        }
        catch (EngineReplacedException) when (engine.IsReplaced)
        {
            story.Note($"{engine.Name} wakes late and stops");
            story.Mark("woke late");
        }
        catch (Exception) when (engine.IsDead)
        {
            // Whatever the code of a killed engine thinks of it: nobody is there to hear.
        }
        catch (Exception cause)
        {
            failure ??= cause;
        }

        if (!engine.IsDead)
            Gone(engine);
    }

    /// <summary>What is broken stays broken, whoever catches the exception.</summary>
    private void Holding(Action act)
    {
        try
        {
            act();
        }
        catch (Exception cause) when (cause is WorldBrokenException or LedgerContradictionException)
        {
            failure ??= cause;
            throw;
        }
    }

    /// <summary>An engine's process is gone: killed, or at its own end. What is next is for people to decide.</summary>
    private void Gone(SimulatedEngine engine)
    {
        engine.Die();
        processes.Orphan(engine);
        if (engine.IsReplaced)
            return;
        // At once, while what it left still lives, or after a while.
        schedule.After(TimeSpan.FromMilliseconds(random.Next(2) == 0 ? random.Next(500) : random.Next(15_000)), nature, Decide);
    }

    /// <summary>An engine's process is stopped. Nobody may take its run over while it exists; but whoever sees neither
    /// it nor its machine may come to think that it is dead. Then what it still does when it wakes must do no harm.</summary>
    /// <remarks>Only where it sleeps before it records or publishes: what it does in a lane nobody could keep from it.</remarks>
    private void Asleep(SimulatedEngine engine, string call, TimeSpan pause)
    {
        story.Note($"{engine.Name} sleeps before {call}");
        story.Mark("asleep");
        engine.SleepUntil(schedule.Now + pause);
        var isPublishing = call == "git update-refs" && witness.State!.InFlight.Values.All(pending => pending.Effect is Effect.Publish);
        if (Scenario.Plan.Policy.Lanes.Value > 1 || plane.Holder?.Engine != engine || !(isPublishing || call == "store append"))
            return;
        schedule.After(pause / 2, nature, () =>
        {
            if (engine.IsDead || witness.State!.Status == RunStatus.Ended)
                return;
            engine.IsReplaced = true;
            StartEngine([]);
        });
    }

    private void Decide()
    {
        var state = witness.State!;
        if (state is { Status: RunStatus.Paused, Code: "run-branch-moved" })
        {
            // What was found there is kept; its owner puts the branch back.
            Git.Refs[Branch] = state.Tip.Value;
            isMeddled = false;
        }

        if (state.Status != RunStatus.Ended)
        {
            // A budget that is spent stops every engine at once; so does a branch that is gone.
            if (state is { Status: RunStatus.Paused, Code: "budget-exhausted" })
                StartEngine([new RunEvent.RunResumed("operator"), new RunEvent.AbortRequested("operator", "It costs too much.")]);
            else
                StartEngine([]);
            return;
        }

        var failed = state.Tasks.Values.Where(task => task.Status == TaskRunStatus.Failed).Select(task => task.Id).ToArray();
        if (state.Outcome != RunOutcome.Failed || failed.Length == 0 || retriesLeft-- == 0)
        {
            isOver = true;
            return;
        }

        StartEngine([.. failed.Select(RunEvent (task) => random.Next(2) == 0
            ? new RunEvent.TaskRetried(task, "operator", "Try again.")
            : new RunEvent.TaskSkipped(task, "operator", "Not needed."))]);
    }

    private void Request()
    {
        if (witness.State!.Status == RunStatus.Ended)
            return;
        var tasks = Scenario.Plan.Tasks;
        var task = tasks[random.Next(tasks.Length)].Id;
        var kind = random.Next(8) switch { 0 => "abort", 1 or 2 => "retry", 3 or 4 => "skip", _ => "pause" };
        story.Note($"somebody asks to {kind} {task}");
        plane.Ask(kind, kind is "retry" or "skip" ? task : null);
    }

    /// <summary>Somebody moves the run branch by hand.</summary>
    private void Meddle()
    {
        if (isMeddled = Git.Refs.ContainsKey(Branch) && witness.State!.Status != RunStatus.Ended)
            Git.Refs[Branch] = Made(Git.Commit(new CommitDraft(
                Git.Tree(Git.Files(root.Value)), [root], "By hand\n", new("User", "user@example.test"), 7))).Value;
        story.Note("somebody moves the run branch");
    }

    private CommitId Made(CommitId commit)
    {
        treasury.Add(commit);
        return commit;
    }

    private string Branch => RefName.Branch(RefName.RunBranch(run));

    private void Rival()
    {
        var tasks = Scenario.Plan.Tasks;
        var task = tasks[random.Next(tasks.Length)].Id;
        if (!witness.State!.Tasks[task].IsSettled && plane.TryTake(task, TimeSpan.FromSeconds(1 + random.Next(15))))
            story.Note($"somebody else takes {task}");
    }

    private void Recorded(IReadOnlyList<LedgerEntry> batch)
    {
        story.Note(batch, plane.LastHash);
        batches.Add(batch[^1].Seq);
        witness.See(batch);
        chaos.Written(batch[^1].Seq);
        judge.Look(batch, Branch, isMeddled);
    }
}
