using System.Collections;
using System.Text.Json;
using System.Text.Json.Nodes;
using Lodestar.Core;
using Lodestar.Core.Runs;
using Lodestar.Engine;
using Lodestar.Engine.Operations;
using Lodestar.Engine.Processes;
using Lodestar.Engine.Runs;
using Lodestar.Engine.Supervision;

namespace Lodestar.Cli.Commands;

/// <summary>Connects the operations on runs to this process: the desk they work at, progress, and Ctrl-C.</summary>
internal static class RunDrives
{
    /// <summary>Executes an operation on the runs of the project acted from.</summary>
    public static Task<Outcome<TData>> AtDeskAsync<TData>(
        this Given given, Func<RunDesk, CancellationToken, Task<Outcome<TData>>> execute, CancellationToken cancellation)
        where TData : class => given.InSessionAsync(
            (session, token) => execute(new RunDesk(session, Machine(given.Context)), token), cancellation);

    /// <summary>Executes an operation that drives a run. The first Ctrl-C pauses the run; nothing else cancels it.</summary>
    public static Task<Outcome<TData>> DriveAsync<TData>(
        this Given given,
        Func<RunDesk, RunDrive, CancellationToken, Task<Outcome<TData>>> execute,
        CancellationToken interrupted)
        where TData : class => given.AtDeskAsync(
            (desk, _) => execute(
                desk,
                new RunDrive(RunInputs.Actor(given), (entries, state) => Tell(given.Context, entries, state), interrupted),
                CancellationToken.None),
            CancellationToken.None);

    /// <summary>Tells what was recorded: sentences for people, whole events for programs.</summary>
    public static void Tell(CommandContext context, IReadOnlyList<LedgerEntry> entries, RunState state)
    {
        foreach (var entry in entries)
        {
            var (task, text) = context.Narrator.Tell(entry);
            if (entry.Event is RunEvent.RunStarted)
                text = $"{state.Run}: {text}";
            context.Progress.Report(new ProgressNote(
                EventNames.Of(entry.Event).Name,
                text.Length == 0 ? null : task is { } id ? $"{Cells.Pad(id.Value, 8)} {text}" : text,
                entry.At,
                state.Run,
                task,
                Data(entry)));
        }
    }

    private static JsonObject Data(LedgerEntry entry)
    {
        // The plan is in the ledger and in plan.json; a progress line stays a line.
        if (entry.Event is RunEvent.RunStarted started)
            return new JsonObject { ["ledger_seq"] = entry.Seq, ["tasks"] = started.Plan.Tasks.Length };
        var data = JsonSerializer.SerializeToNode(entry.Event, EventNames.Of(entry.Event).Shape)!.AsObject();
        data["ledger_seq"] = entry.Seq;
        return data;
    }

    private static RunMachine Machine(CommandContext context)
    {
        var lodestar = context.Executable;
        var variables = context.Variables();
        return new RunMachine(
            lodestar,
            variables,
            new ProcessHosts(lodestar),
            ProcessHosts.Self(),
            CrashLabel.Hook(context.Variable("LODESTAR_CRASH_AT")));
    }
}
