using System.Collections.Immutable;
using Lodestar.Core;
using Lodestar.Engine.Supervision;

namespace Lodestar.Cli.Commands;

/// <summary>The hidden verb that lists the points a run can be made to die at, for tests of recovery.</summary>
internal static class CrashLabelsCommand
{
    /// <summary><c>lodestar __crash-labels</c>.</summary>
    public static Verb Create() => new Verb<CrashLabels>("__crash-labels", "Lists the labels LODESTAR_CRASH_AT knows.")
    {
        Hidden = true,
        About = Explanation.Reads("lodestar __crash-labels"),
        Data = static () => CliJson.Default.CrashLabels,
        Text = (page, labels) => page.Raw(string.Concat(labels.Labels.Select(label => label + "\n"))),
        Run = (_, _) => Task.FromResult<Outcome<CrashLabels>>(new CrashLabels([.. CrashLabel.All])),
    };
}

/// <summary>Labels of crash points.</summary>
internal sealed record CrashLabels(ImmutableArray<string> Labels);
