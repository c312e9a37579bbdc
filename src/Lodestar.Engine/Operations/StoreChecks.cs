using System.Text.Json.Nodes;
using Lodestar.Core;
using Lodestar.Core.Planes;
using Lodestar.Core.Spec;
using Lodestar.Engine.Storage;
using TaskStatus = Lodestar.Core.Spec.TaskStatus;

namespace Lodestar.Engine.Operations;

/// <summary>Looks at the runtime store's health, and at what it holds beside the spec.</summary>
internal static class StoreChecks
{
    private const string Name = "runtime.sqlite";

    internal static async Task<IReadOnlyList<HealthCheck>> RunAsync(
        EngineSession session, ProjectSpec? spec, bool fix, CancellationToken cancellation)
    {
        var path = session.Context.Runtime.Value;
        if (!Path.Exists(path))
            return [HealthCheck.Info(Name, "There is no runtime store yet; the first claim makes it.")];
        try
        {
            var file = await FileAsync(session, fix, cancellation).ConfigureAwait(false);
            if (file.Any(check => check.Status == HealthCheck.Failed) || spec is null)
                return file;
            var looked = await session.QueryAsync<List<HealthCheck>>(plane => Contents(plane, fix), cancellation).ConfigureAwait(false);
            if (!fix)
                return [.. file, .. looked.Data ?? []];
            var ended = await EndAsync(session, cancellation).ConfigureAwait(false);
            return [.. file, .. looked.Data ?? [], .. ended, .. await ForgetAsync(session, cancellation).ConfigureAwait(false)];
        }
        catch (EnvironmentException broken)
        {
            // A health check tells what is broken instead of breaking itself.
            return [HealthCheck.Fail(Name, broken.Message, broken.Hint)];
        }
    }

    private static async Task<IReadOnlyList<HealthCheck>> FileAsync(EngineSession session, bool fix, CancellationToken cancellation)
    {
        var state = await session.Store.DiagnoseAsync(cancellation).ConfigureAwait(false);
        if (state.Findings.IsEmpty)
            return [HealthCheck.Pass(Name, $"The runtime store is sound; its identity is {state.StoreId}."), .. Notes(state)];
        if (!fix || !state.IsRepairable)
            return [.. HealthCheck.Bounded([.. state.Findings.Select(finding => HealthCheck.Fail(Name, finding, state.IsRepairable ? HealthCheck.Repair : null))])];
        return [Repaired(await session.Store.RepairAsync(cancellation).ConfigureAwait(false))];
    }

    private static IEnumerable<HealthCheck> Notes(StoreDiagnosis state)
    {
        if (state.IsOfPredecessor)
            yield return HealthCheck.Info(Name, "It was made by the Python Lodestar; the first write takes it over and keeps a copy.");
        if (state.FileSystem.Length == 0)
            yield return HealthCheck.Warn("file-system", "The file system of the runtime store cannot be told; SQLite is only safe on a local one.", null);
        if (state.IsTouchedByPredecessor)
            yield return HealthCheck.Warn(Name, "A Python Lodestar has opened this store since; it cannot write here. Whoever uses it sees none of this.", null);
    }

    private static HealthCheck Repaired(StoreRepair repair) => repair.Tables.IsEmpty
        ? HealthCheck.Pass(Name, $"The indexes were built anew; {repair.Kept} is the store as it was.")
        : HealthCheck.Warn(
            Name,
            $"The store was damaged. Saved into a new one: {string.Join(", ", repair.Tables.Select(table => $"{table.Rows} of {table.Name}"))}. "
            + (repair.Tables.Where(table => !table.IsWhole).Select(table => table.Name).ToArray() is { Length: > 0 } broken
                ? $"Not read to the end: {string.Join(", ", broken)}. "
                : "")
            + $"{repair.Kept} is the damaged file as it was.",
            null);

    private static List<HealthCheck> Contents(PlaneView plane, bool fix)
    {
        var findings = new List<HealthCheck>();
        if (!fix)
        {
            findings.AddRange(HealthCheck.Bounded([.. Pointless(plane).Select(lost => HealthCheck.Warn(
                "leases",
                $"{lost.Lease.Agent} holds task {lost.Lease.Task}, {lost.Why}, until {lost.Lease.Expiry.Wall:yyyy-MM-dd'T'HH:mm:ss'Z'}.",
                HealthCheck.Repair))]));
        }

        findings.AddRange(HealthCheck.Bounded([.. plane.Board.Leases
            .Where(lease => LeaseRules.IsRedefined(plane.Board.Find(lease.Task)!, lease.DefinitionHash))
            .Select(lease => HealthCheck.Warn(
                "task-redefined",
                $"Task {lease.Task} has another definition than when {lease.Agent} claimed it.",
                $"lodestar task renew {ShellWord.Quote(lease.Task.Value)} --agent {lease.Agent}"))]));
        var board = plane.Board;
        var redefined = plane.Store.FinishedDefinitions(plane.Project)
            .FindAll(finished => board.Find(finished.Task) is { } task && LeaseRules.IsRedefined(task, finished.DefinitionHash));
        redefined.Sort((one, other) => one.Task.CompareTo(other.Task));
        findings.AddRange(HealthCheck.Bounded(redefined, finished => HealthCheck.Warn(
            "task-redefined",
            $"Task {finished.Task} was {StatusText.Of(finished.Status)} under another definition than it has now.",
            $"lodestar task show {ShellWord.Quote(finished.Task.Value)}")));
        return findings.Count > 0 ? findings : [HealthCheck.Pass("leases", "All leases belong to tasks that are to be worked on.")];
    }

    /// <summary>Live leases outside of runs that can lead to nothing; their holders' work has no task to go to.</summary>
    private static IEnumerable<(Lease Lease, string Why)> Pointless(PlaneView plane) =>
        from lease in plane.Store.LiveLeases(plane.Project).Values.OrderBy(lease => lease.Task)
        where lease.Run is null
        let task = plane.Board.Find(lease.Task)
        let status = task is null ? default : plane.Board.StatusOf(task)
        let why = task is null ? "which is not in the spec"
            : status is TaskStatus.Deleted or TaskStatus.Verified ? $"which is {StatusText.Of(status)}"
            : !plane.Store.HasJoined(lease.Agent) ? "and never joined"
            : null
        where why is not null
        select (lease, why);

    /// <summary>A write of any kind ends the leases of deleted tasks, so what is told is what was found before.</summary>
    private static async Task<IEnumerable<HealthCheck>> EndAsync(EngineSession session, CancellationToken cancellation)
    {
        var looked = await session.QueryAsync<List<HealthCheck>>(
            plane => Pointless(plane)
                .Select(lost => HealthCheck.Pass("leases", $"The lease of {lost.Lease.Agent} on task {lost.Lease.Task}, {lost.Why}, was ended."))
                .ToList(),
            cancellation).ConfigureAwait(false);
        if (looked.Data is not { Count: > 0 } told)
            return [];
        var ended = await session.DecideAsync<List<HealthCheck>>(plane => End(plane, told), cancellation).ConfigureAwait(false);
        return ended.Data ?? [HealthCheck.Fail("leases", ended.Refusal!.Message, ended.Refusal.Hint)];
    }

    /// <summary>Goes on slice by slice, so that nobody waits long for the store meanwhile.</summary>
    private static async Task<IEnumerable<HealthCheck>> ForgetAsync(EngineSession session, CancellationToken cancellation)
    {
        var all = new Forgotten(0, 0, 0);
        for (var slice = new Forgotten(HistoryTable.Slice, 0, 0); slice.IsMoreLeft;)
        {
            var swept = await session.DecideAsync<Forgotten>(plane => HistorySweep.Run(session, plane), cancellation).ConfigureAwait(false);
            if (swept.Data is null)
                return [HealthCheck.Fail("history", swept.Refusal!.Message, swept.Refusal.Hint)];
            slice = swept.Data;
            all = new(all.Events + slice.Events, all.Leases + slice.Leases, all.Messages + slice.Messages);
        }

        return all.Total == 0
            ? []
            : [HealthCheck.Pass("history", $"Forgot what is older than keep_history: {Quantity.Of(all.Events, "event")}, {Quantity.Of(all.Leases, "ended lease")}, {Quantity.Of(all.Messages, "read message")}.")];
    }

    private static List<HealthCheck> End(PlaneChange plane, List<HealthCheck> told)
    {
        foreach (var (lease, why) in Pointless(plane).ToArray())
        {
            plane.Store.EndLease(lease, "doctor");
            plane.Append(new("task.release")
            {
                Agent = lease.Agent,
                Task = lease.Task,
                Data = new JsonObject { ["lease_id"] = lease.Id.Value, ["reason"] = $"doctor --fix: the task is one {why}" },
            });
        }

        return told;
    }
}
