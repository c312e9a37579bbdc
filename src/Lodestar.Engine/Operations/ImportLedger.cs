using System.Text;
using Lodestar.Core;
using Lodestar.Core.Runs;
using Lodestar.Engine.Runs;
using Lodestar.Engine.Storage;
using Lodestar.Engine.Supervision;

namespace Lodestar.Engine.Operations;

/// <summary>Restores a run whose store was lost, from the copy of its ledger. One that had not ended comes back paused.</summary>
/// <param name="Run">The run.</param>
public sealed record ImportLedger(RunId Run)
{
    /// <summary>Reads the copy and enters the run.</summary>
    public async Task<Outcome<ImportedRun>> ExecuteAsync(RunDesk desk, string actor, CancellationToken cancellation)
    {
        if (LaneGate.Check(desk.Session, "import ledger") is { } refusal)
            return refusal;
        var path = RunFolder.LedgerPath(desk.StateFolder, Run);
        if (!File.Exists(path))
            return new Refusal("run-unknown", $"There is no ledger {path}.", "lodestar run list");

        var entries = new List<LedgerEntry>();
        var lines = new List<string>();
        LedgerEnd end;
        await using (var file = EvidenceFile.OpenRead(path))
        {
            end = await new LedgerFile(file).ReadAsync(
                (_, entry, line) =>
                {
                    entries.Add(entry);
                    lines.Add(Encoding.UTF8.GetString(line));
                },
                cancellation);
        }

        if (end.Run != Run)
            return Foreign($"The ledger in the folder of {Run} is that of {end.Run}.");
        try
        {
            return await EnterAsync(desk, new RestoredRun(Run, entries, lines, end.LastHash), end, actor, cancellation);
        }
        catch (LedgerContradictionException cause)
        {
            return new LedgerDamage("contradiction", cause.Fact.TrimEnd('.')).At(cause.Seq);
        }
    }

    private async Task<Outcome<ImportedRun>> EnterAsync(
        RunDesk desk, RestoredRun restored, LedgerEnd end, string actor, CancellationToken cancellation)
    {
        var project = await desk.ProjectAsync(cancellation);
        if (restored.Plan.ProjectId != project)
            return Foreign($"Run {Run} belongs to project {restored.Plan.ProjectId}, not to {project}.");
        await (await desk.RunsAsync(cancellation)).RestoreAsync(Run, restored, actor, cancellation);
        var row = (await desk.RowsAsync(cancellation)).First(one => one.Id == Run);
        return Outcome<ImportedRun>.Done(
            new ImportedRun(Run, row.Status, end.LastSeq, restored.Plan.Tasks.Length, end.Torn),
            row.IsActive
                ? [new("run.resume", $"lodestar resume {Run}", "Go on with the run")]
                : [new("run.show", $"lodestar run show {Run}", "See the run")],
            end.Torn is { } torn ? [ReplayLedger.Warn(torn)] : []);
    }

    private static Refusal Foreign(string fact) => new("run-foreign", fact, "lodestar run list");
}

/// <summary>A run that was restored.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Status">paused, or how it had ended.</param>
/// <param name="Lines">Ledger lines taken over.</param>
/// <param name="Tasks">Tasks of its plan.</param>
/// <param name="Torn">A last line without its end that was left out, or null.</param>
public sealed record ImportedRun(RunId RunId, string Status, long Lines, int Tasks, TornLine? Torn);
