using Lodestar.Core;
using Lodestar.Engine.Operations;

namespace Lodestar.Cli.Commands;

/// <summary><c>lodestar status</c>, which is also <c>lodestar</c> alone.</summary>
internal static class StatusCommand
{
    /// <summary>Declares the verb.</summary>
    public static Verb Create() => new Verb<ProjectStatus>("status", "Shows where the project stands and what to do next.")
    {
        About = Explanation.Reads("lodestar status", "lodestar status --json"),
        Data = static () => PlaneJson.Default.ProjectStatus,
        Text = Text,
        Run = async (given, cancellation) =>
        {
            var opened = given.Context.OpenSession();
            using var session = opened.Data;
            return await new ShowStatus(opened).ExecuteAsync(cancellation);
        },
    };

    private static void Text(Page page, ProjectStatus status)
    {
        if (status is not { Initialized: true, Project: { } project, Tasks: { } tasks })
        {
            page.Line("This is not a Lodestar project yet.");
            return;
        }

        page.Line(project.Name, Ink.Bold);
        var counts = tasks.ByStatus;
        (string Word, int Count)[] states =
        [
            ("todo", counts.Todo), ("ready", counts.Ready), ("blocked", counts.Blocked),
            ("done", counts.Done), ("verified", counts.Verified), ("deleted", counts.Deleted),
        ];
        page.Field("Tasks", $"{tasks.Total}");
        foreach (var (word, count) in states.Where(state => state.Count > 0))
            page.Field("  " + word, $"{count}", TaskQueryText.Status(word));
        page.Field("Claimable", $"{tasks.Claimable}");
        page.Field("Agents", $"{status.Agents?.Registered} registered, {Quantity.Of(status.Agents?.ActiveLeases ?? 0, "lease")} held");
        page.Field("Messages", status.Messages is { Total: > 0 } messages ? $"{messages.Total}" : null);
        page.Field("Runs", status.Runs?.Active.Select(run => run.Value) ?? []);
    }
}
