using Lodestar.TestKit;

namespace Lodestar.Cli.Tests.Golden;

/// <summary>A step that answers otherwise than the predecessor, on purpose.</summary>
/// <param name="Scenario">The scenario.</param>
/// <param name="Reason">Why, and what we do instead.</param>
/// <param name="Step">Which step, counted from zero; null for all of them.</param>
internal sealed record GoldenDeviation(string Scenario, string Reason, int? Step = null)
{
    /// <summary>The exit code we give; null when any clear answer will do.</summary>
    public int? Exit { get; init; }

    /// <summary>The refusal's code, or null.</summary>
    public string? Code { get; init; }

    /// <summary>The places whose value alone is another, such as <c>data.tasks.claimable</c>; all else is as recorded. Null
    /// when the whole answer is another.</summary>
    public IReadOnlyList<string>? Only { get; init; }

    /// <summary>How an answer differs from ours.</summary>
    public IEnumerable<string> Differences(ProgramRun run)
    {
        if (Exit is { } exit && run.ExitCode != exit)
            yield return $"we answer with exit {exit}, not {run.ExitCode}: {run.Error}{run.Output}";
        else if (Code is not null && run.Code != Code)
            yield return $"we refuse with {Code}, not {run.Code}";
    }
}
