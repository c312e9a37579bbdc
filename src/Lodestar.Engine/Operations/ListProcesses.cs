using System.Collections.Immutable;
using Lodestar.Core;
using Lodestar.Engine.Processes;
using Lodestar.Engine.Runs;
using Lodestar.Engine.Storage;

namespace Lodestar.Engine.Operations;

/// <summary>Lists the processes of runs with what is seen of them now: the verb <c>ps</c>. Writes nothing.</summary>
/// <param name="OrphansOnly">Only those alive whose engine is not.</param>
/// <param name="All">Also those that ended.</param>
public sealed record ListProcesses(bool OrphansOnly, bool All)
{
    /// <summary>Reads the registry and looks.</summary>
    public async Task<Outcome<ProcessList>> ExecuteAsync(RunDesk desk, CancellationToken cancellation)
    {
        var rows = await desk.RowsAsync(cancellation);
        var live = rows.Where(desk.IsLive).Select(row => row.Id).ToHashSet();
        var project = await desk.ProjectAsync(cancellation);
        var processes = await desk.Session.Store.ReadAsync(
            view => view.Processes(project, null, liveOnly: !All), cancellation);
        var shown = processes
            .Select(process => View(process, live.Contains(process.Run), desk))
            .Where(process => !OrphansOnly || (process is { OwnerAlive: false, Liveness: not "dead" }));
        return new ProcessList([.. shown]);
    }

    private static ProcessView View(ProcessRow process, bool ownerAlive, RunDesk desk)
    {
        var liveness = process.EndedAt is null
            ? desk.Look(new ProcessMark(process.Id, process.Host, process.Program))
            : Liveness.Dead;
        return new ProcessView(
            process.Id,
            process.Run,
            process.Agent,
            process.Role,
            process.Task,
            process.Program?.Pid,
            process.StartedAt,
            process.EndedAt,
            ownerAlive,
            liveness.ToString().ToLowerInvariant(),
            process.EndedAt is null && liveness == Liveness.Dead && !ownerAlive ? "orphaned" : process.Status,
            process.Command,
            process.Cwd,
            process.CostUsd);
    }
}

/// <summary>Processes of runs.</summary>
public sealed record ProcessList(ImmutableArray<ProcessView> Processes);

/// <summary>One process.</summary>
/// <param name="Process">The incarnation.</param>
/// <param name="Run">Its run.</param>
/// <param name="Agent">The agent it is an incarnation of.</param>
/// <param name="Role">builder, reviewer, check or setup.</param>
/// <param name="Task">The task it works on.</param>
/// <param name="Pid">The program's pid; null before it started.</param>
/// <param name="StartedAt">When it was entered.</param>
/// <param name="EndedAt">When all of it was dead, or null.</param>
/// <param name="OwnerAlive">True while an engine drives its run.</param>
/// <param name="Liveness">alive, dead or unknown, as seen now.</param>
/// <param name="Status">spawning, running, exited, crashed, timed_out, killed or orphaned.</param>
/// <param name="Command">The command, for people.</param>
/// <param name="Cwd">Working directory.</param>
/// <param name="CostUsd">Reported cost, or null when unknown.</param>
public sealed record ProcessView(
    ProcessId Process,
    RunId Run,
    AgentId Agent,
    string Role,
    TaskId Task,
    int? Pid,
    DateTimeOffset StartedAt,
    DateTimeOffset? EndedAt,
    bool OwnerAlive,
    string Liveness,
    string Status,
    string Command,
    string Cwd,
    decimal? CostUsd);
