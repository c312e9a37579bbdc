using Lodestar.Engine.Supervision;

namespace Lodestar.TestKit.World;

/// <summary>One engine process: the production loop over the world's seams.</summary>
internal sealed class SimulatedEngine(WorldSchedule schedule, string name) : Actor(schedule, name)
{
    private readonly WorldSchedule schedule = schedule;

    /// <summary>The world as this engine sees it.</summary>
    internal RunParts Parts { get; private set; } = null!;

    /// <summary>True once another engine took the run over while this one slept.</summary>
    internal bool IsReplaced { get; set; }

    /// <summary>The run's files.</summary>
    internal MemoryRunFolder Folder { get; private set; } = null!;

    /// <summary>What its calls pass.</summary>
    internal CallGate Gate { get; private set; } = null!;

    internal void Open(
        Func<RunParts, RunParts> tamper,
        Random random,
        Chaos chaos,
        MemoryGit git,
        MemoryPlane plane,
        ProcessTable processes,
        Action kill,
        Action<string, TimeSpan> sleep,
        Action<string> trace,
        Action<string> mark,
        Action<string> disturbed)
    {
        Folder = new MemoryRunFolder(Gate = new EngineGate(schedule, this, chaos, kill, sleep, trace, mark));
        Parts = tamper(new RunParts(
            new MemoryRunStore(plane, this, Gate),
            new MemoryRepository(git, Gate, disturbed),
            new MemoryHosts(processes, this, Gate),
            Folder,
            new MemoryGround(git, Gate),
            new WorldClock(schedule, this),
            new SeededIds(random),
            Gate.Reach));
    }
}
