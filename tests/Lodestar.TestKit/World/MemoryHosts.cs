using Lodestar.Core;
using Lodestar.Engine.Processes;

namespace Lodestar.TestKit.World;

/// <summary>Every process of a simulated machine.</summary>
/// <param name="schedule">The world's schedule.</param>
/// <param name="random">The world's only source of chance.</param>
/// <param name="nature">In whose name programs act: they outlive engines.</param>
/// <param name="started">Gives a started program its life.</param>
/// <param name="ended">Told when a program is dead.</param>
internal sealed class ProcessTable(
    WorldSchedule schedule, Random random, Actor nature, Action<WorldProcess> started, Action<WorldProcess> ended)
{
    private int lastPid = 100;

    internal SortedDictionary<ProcessId, WorldProcess> All { get; } = [];

    internal IEnumerable<WorldProcess> Alive => All.Values.Where(process => process.IsAlive);

    internal WorldProcess Start(HostOrder order, Actor owner)
    {
        var process = new WorldProcess(order, owner, ++lastPid, schedule, random, nature, ended);
        All.Add(order.Process, process);
        started(process);
        schedule.After(TimeSpan.FromMilliseconds(order.TimeoutMs), nature, () => process.End(ExitStatus.TimedOut, null));
        return process;
    }

    /// <summary>The owner of some processes died: their hosts see the lifeline close, or died with it.</summary>
    internal void Orphan(Actor owner)
    {
        foreach (var process in Alive.Where(process => process.Owner == owner).ToArray())
            process.LoseOwner();
    }
}

/// <summary>One program under its host.</summary>
internal sealed class WorldProcess(
    HostOrder order, Actor owner, int pid, WorldSchedule schedule, Random random, Actor nature, Action<WorldProcess> ended)
    : IHostedProcess
{
    private readonly TaskCompletionSource<ExitReport> completion = new();
    private bool isHosted = true;

    internal HostOrder Order => order;

    internal Actor Owner => owner;

    internal bool IsAlive { get; private set; } = true;

    /// <summary>What the host wrote down; null when it did not get that far.</summary>
    internal ExitReport? Report { get; private set; }

    public ProcessIdentity Host { get; } = new(pid, pid * 10L, "boot", "pidns");

    public ProcessIdentity? Program { get; } = new(pid + 1_000_000, (pid * 10L) + 1, "boot", "pidns");

    public IAsyncEnumerable<AgentEvent> Events => AsyncEnumerable.Empty<AgentEvent>();

    public Task<ExitReport> Completion => completion.Task;

    /// <summary>Lets the program do something after a while, if it lives then.</summary>
    internal void After(TimeSpan delay, Action act) => schedule.After(delay, nature, () =>
    {
        if (IsAlive)
            act();
    });

    internal void End(ExitStatus status, int? code, string? verdict = null, string? noChange = null, string text = "")
    {
        if (!IsAlive)
            return;
        IsAlive = false;
        var report = new ExitReport(
            order.Process, status, code, status == ExitStatus.Crashed ? 9 : null, verdict, noChange, text, null, 0.01m, 100, 0, 0);
        if (isHosted)
            Report = report;
        ended(this);
        schedule.Post(owner, () => completion.TrySetResult(report));
    }

    /// <summary>Kills host and program together: nothing is written down.</summary>
    internal void Kill()
    {
        isHosted = false;
        End(ExitStatus.Stopped, null);
    }

    internal void LoseOwner()
    {
        var fate = random.Next(3);
        if (fate == 0)
            isHosted = false;
        else
            schedule.After(
                TimeSpan.FromMilliseconds(random.Next(1250)), nature, () => End(ExitStatus.OwnerLost, null));
    }

    public Task StopAsync(StopReason reason, CancellationToken cancellation)
    {
        schedule.After(TimeSpan.FromMilliseconds(random.Next(750)), nature, () => End(ExitStatus.Stopped, null));
        return Task.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        if (!owner.IsDead)
            End(ExitStatus.Stopped, null);
        return ValueTask.CompletedTask;
    }
}

/// <summary>The machine's processes as one engine calls them.</summary>
internal sealed class MemoryHosts(ProcessTable table, Actor engine, CallGate gate) : IProcessHosts
{
    public async Task<IHostedProcess> StartAsync(HostOrder order, CancellationToken cancellation) =>
        await gate.CallAsync("host start", () => table.Start(order, engine));

    public Task<ExitReport?> ReadReportAsync(ProcessId process, string logDirectory, CancellationToken cancellation) =>
        gate.CallAsync("host report", () => table.All.GetValueOrDefault(process)?.Report);

    public Task<IReadOnlyList<ProcessId>> EndAsync(IReadOnlyList<ProcessMark> marks, CancellationToken cancellation) =>
        gate.CallAsync<IReadOnlyList<ProcessId>>("host end", () =>
        {
            var found = marks
                .Where(mark => table.All.TryGetValue(mark.Process, out var process) && process.IsAlive)
                .Select(mark => mark.Process)
                .ToArray();
            foreach (var process in found)
                table.All[process].Kill();
            return found;
        });

    public Liveness Look(ProcessMark mark) =>
        table.All.TryGetValue(mark.Process, out var process) && process.IsAlive ? Liveness.Alive : Liveness.Dead;
}
