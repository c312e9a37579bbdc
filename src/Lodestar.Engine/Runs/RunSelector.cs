using System.Text.Json.Nodes;
using Lodestar.Core;
using Lodestar.Engine.Storage;

namespace Lodestar.Engine.Runs;

/// <summary>Finds the run a verb means when its name was left out: never by guessing between two.</summary>
internal static class RunSelector
{
    /// <summary>For queries: the named run, else the only active one, else the newest.</summary>
    internal static Outcome<RunRow> ForQuery(IReadOnlyList<RunRow> runs, RunId? named)
    {
        if (named is { } id)
            return Named(runs, id);
        return runs.Count == 0
            ? None("This project has no run.", "lodestar run")
            : runs.FirstOrDefault(run => run.IsActive) ?? runs[0];
    }

    /// <summary>For verbs that change something: the named run, else the only active one, else the only one the verb could
    /// apply to; two or none are an error listing them.</summary>
    internal static Outcome<RunRow> ForChange(IReadOnlyList<RunRow> runs, RunId? named, string verb, Func<RunRow, bool> applies)
    {
        if (named is { } id)
            return Named(runs, id);
        var candidates = runs.Where(applies).ToArray();
        return candidates switch
        {
            [] => None($"There is no run to {verb}.", "lodestar run list"),
            [var only] => only,
            _ => new Refusal(
                "run-ambiguous",
                $"{candidates.Length} runs could be meant: {string.Join(", ", candidates.Select(run => $"{run.Id} ({run.Status})"))}.",
                $"lodestar run {verb} {candidates[0].Id}")
            {
                Details = new() { ["runs"] = new JsonArray([.. candidates.Select(run => (JsonNode)run.Id.Value)]) },
            },
        };
    }

    private static Outcome<RunRow> Named(IReadOnlyList<RunRow> runs, RunId id) =>
        runs.FirstOrDefault(run => run.Id == id) is { } found ? found : None($"This project has no run {id}.", "lodestar run list");

    private static Refusal None(string message, string hint) => new("run-unknown", message, hint);
}
