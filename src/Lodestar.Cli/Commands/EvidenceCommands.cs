using System.CommandLine;
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
            Data = EvidenceJson.Default.ReplayedRun,
            Text = EvidenceText.Replay,
            Run = (given, cancellation) => new ReplayLedger(PathOf(given, ledger), given.Get(at)).ExecuteAsync(cancellation),
        };
    }

    private static string PathOf(Given given, Argument<string> file) => Path.GetFullPath(given.Get(file)!, given.Context.Directory);
}
