using Lodestar.Core;
using Lodestar.Engine.Operations;

namespace Lodestar.Cli.Commands;

/// <summary><c>lodestar reset</c>.</summary>
internal static class ResetCommand
{
    /// <summary>Declares the verb.</summary>
    public static Verb Create()
    {
        var hard = Inputs.Flag("--hard", "Also delete all task definitions from the spec; a copy is kept.");
        var force = Inputs.Flag("--force", "Do not ask; needed with --json.", "-f");
        return new Verb<ResetResult>("reset", "Begins anew: removes the runtime store.")
        {
            Accepts = [hard, force],
            About = Explanation.Changes(
                "Removes agents, leases, messages, events and runs, after telling how many. Refuses while a run is active. With --hard the tasks go too.",
                "lodestar reset",
                "lodestar reset --hard --force --json"),
            Data = static () => PlaneJson.Default.ResetResult,
            Text = Text,
            Run = (given, cancellation) => RunAsync(given, given.Get(hard), given.Get(force), cancellation),
        };
    }

    private static async Task<Outcome<ResetResult>> RunAsync(Given given, bool hard, bool force, CancellationToken cancellation)
    {
        var outcome = await given.InSessionAsync(new ResetProject(hard, force).ExecuteAsync, cancellation);
        if (outcome.Refusal is not { Code: ResetProject.Unconfirmed } refusal || given.Context.Output.Json)
            return outcome;
        return Ask(given.Context, refusal, hard) switch
        {
            true => await given.InSessionAsync(new ResetProject(hard, Force: true).ExecuteAsync, cancellation),
            false => new ResetResult(hard ? "hard" : "soft", false, 0, 0, 0, 0, 0, 0, []),
            null => outcome,
        };
    }

    /// <summary>Asks until there is an answer; null when nobody is there to give one.</summary>
    private static bool? Ask(CommandContext context, Refusal refusal, bool hard)
    {
        var page = new Page(context.Output.TalkShape, context.Clock.GetUtcNow());
        page.Line(refusal.Message).Line("Type yes to go on:");
        context.Output.WriteTalk(page.ToUtf8());
        if (context.ReadLine() is not { } answer)
            return null;
        if (answer.Trim() is not ("y" or "yes"))
            return false;
        if (!hard)
            return true;
        var again = new Page(context.Output.TalkShape, context.Clock.GetUtcNow());
        again.Line("The definitions are other people's work too. Type delete to delete them:");
        context.Output.WriteTalk(again.ToUtf8());
        return context.ReadLine()?.Trim() is { } word ? word == "delete" : null;
    }

    private static void Text(Page page, ResetResult result)
    {
        if (!result.RuntimeDeleted && result.TasksDeleted == 0)
        {
            page.Line("Nothing was reset");
            return;
        }

        page.Line($"The project begins anew ({result.ResetType} reset)", Ink.Bold);
        page.Field("Agents", $"{result.AgentsCleared}").Field("Leases", $"{result.LeasesCleared}").Field("Messages", $"{result.MessagesCleared}");
        page.Field("Events", $"{result.EventsCleared}").Field("Runs", $"{result.RunsCleared}");
        page.Field("Deleted", result.Tasks.Select(task => task.Value));
    }
}
