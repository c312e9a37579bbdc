using System.CommandLine;
using Lodestar.Core;
using Lodestar.Engine.Operations;

namespace Lodestar.Cli.Commands;

/// <summary>The verbs that look at what a run left behind as proof.</summary>
internal static class EvidenceCommands
{
    /// <summary><c>lodestar run replay</c>.</summary>
    public static Verb Replay()
    {
        var ledger = new Argument<string>("ledger") { Description = "A ledger file, such as .lodestar/runs/RUN/ledger.ndjson." };
        var at = Inputs.LongNumber("--at", "The sequence number to stop at; the end when left out.");
        return new Verb<ReplayedRun>("replay", "Folds a ledger file and shows the run as it stood at any sequence number.")
        {
            Accepts = [ledger, at],
            About = Explanation.Reads(
                "lodestar run replay .lodestar/runs/RUN/ledger.ndjson", "lodestar run replay ledger.ndjson --at 120 --json"),
            Data = static () => EvidenceJson.Default.ReplayedRun,
            Text = EvidenceText.Replay,
            Run = (given, cancellation) => new ReplayLedger(PathOf(given, ledger), given.Get(at)).ExecuteAsync(cancellation),
        };
    }

    /// <summary><c>lodestar run receipts</c>.</summary>
    public static Verb Receipts()
    {
        var run = RunInputs.Run();
        var task = new Argument<string?>("task") { Description = "Only the receipts of this task.", Arity = ArgumentArity.ZeroOrOne };
        return new Verb<RunReceipts>("receipts", "Lists the receipts of a run, each held against its commit, its inputs and its copy.")
        {
            Accepts = [run, task],
            About = Explanation.Reads("lodestar run receipts", "lodestar run receipts run-20260131-120000-0a1b2c3d F001 --json"),
            Data = static () => EvidenceJson.Default.RunReceipts,
            Text = EvidenceText.Receipts,
            Run = (given, cancellation) => given.AtDeskAsync(
                new ReadReceipts(RunInputs.Id(given.Get(run)), given.Get(task) is { } id ? new TaskId(id) : null).ExecuteAsync, cancellation),
        };
    }

    /// <summary><c>lodestar import ledger</c>.</summary>
    public static Verb Import()
    {
        var run = new Argument<string>("run") { Description = "The run; its ledger is .lodestar/runs/RUN/ledger.ndjson." };
        return new Verb<ImportedRun>("ledger", "Restores a run whose runtime store was lost, from the copy of its ledger.")
        {
            Accepts = [run],
            About = Explanation.Changes(
                "Enters the run as its ledger tells it; one that had not ended is paused. Resuming it looks for what was done before anything is repeated.",
                "lodestar import ledger run-20260131-120000-0a1b2c3d"),
            Data = static () => EvidenceJson.Default.ImportedRun,
            Text = EvidenceText.Imported,
            Run = (given, cancellation) => given.AtDeskAsync(
                (desk, token) => new ImportLedger(RunInputs.Id(given.Get(run))!.Value).ExecuteAsync(desk, RunInputs.Actor(given), token),
                cancellation),
        };
    }

    /// <summary><c>lodestar validate</c>.</summary>
    public static Verb Validate()
    {
        var file = new Argument<string>("file") { Description = "The file." };
        var kind = Inputs.Choice("--as", $"What it is: {string.Join(", ", ValidateFile.Kinds)}; told from the file when left out.", ValidateFile.Kinds);
        return new Verb<ValidatedFile>("validate", "Holds a file against the published form of its kind, line by line.")
        {
            Accepts = [file, kind],
            About = Explanation.Reads("lodestar validate .lodestar/charter.yaml", "lodestar validate recorded.ndjson --as transcript --json"),
            Data = static () => EvidenceJson.Default.ValidatedFile,
            Text = EvidenceText.Validated,
            Run = (given, cancellation) => new ValidateFile(PathOf(given, file), given.Get(kind)).ExecuteAsync(cancellation),
        };
    }

    private static string PathOf(Given given, Argument<string> file) => Path.GetFullPath(given.Get(file)!, given.Context.Directory);
}
