using System.Collections.Immutable;
using Lodestar.Core;
using Lodestar.Engine;
using Lodestar.Engine.Operations;
using Lodestar.Mcp.Answers;

namespace Lodestar.Mcp.Tools;

/// <summary>The tools about the project as a whole: its state and its health.</summary>
internal static class RepositoryTools
{
    /// <summary>The tools.</summary>
    public static ImmutableArray<Tool> All { get; } = [Status(), Doctor()];

    /// <summary>The status as tools and the status resource give it.</summary>
    internal static async Task<Outcome<StatusAnswer>> StatusAsync(EngineSession session, string? agent, CancellationToken cancellation)
    {
        var shown = await new ShowStatus(session).ExecuteAsync(cancellation).ConfigureAwait(false);
        if (shown.Data is not { } status)
            return shown.Refusal!;
        long unread = 0;
        if (agent is not null)
        {
            var inbox = await new ReadInbox(agent, 1).ExecuteAsync(session, cancellation).ConfigureAwait(false);
            if (inbox.Data is not { } waiting)
                return inbox.Refusal!;
            unread = waiting.Unread;
        }

        return Outcome<StatusAnswer>.Done(StatusAnswer.Of(session.Context, status, unread), warnings: shown.Warnings);
    }

    private static Tool<StatusAnswer, StatusAnswer> Status() => new("repo_status", "Where the project stands and what to do next.")
    {
        ReadsOnly = true,
        Accepts = [Arguments.Agent],
        Run = (call, cancellation) => call.InSessionAsync((session, token) => StatusAsync(session, call.Agent(), token), cancellation),
        Result = (outcome, _) => outcome.Data!,
        Type = McpJson.Default.StatusAnswer,
        Summary = status => $"{status.Project.Name}: {status.Counts.Tasks.Total} tasks, {status.Counts.Tasks.Claimable} claimable, "
            + $"{status.Counts.Agents.ActiveLeases} in work",
    };

    private static Tool<HealthReport, HealthReport> Doctor() => new("doctor", "Checks that the project is sound; changes nothing.")
    {
        ReadsOnly = true,
        Run = async (call, cancellation) =>
        {
            var opened = call.Desk.Open();
            using var session = opened.Data;
            return await new CheckHealth(opened).ExecuteAsync(cancellation).ConfigureAwait(false);
        },
        Result = (outcome, _) => outcome.Data!,
        Type = McpJson.Default.HealthReport,
        Summary = report => report.Healthy ? "Healthy" : $"{report.Checks.Count(check => check.Status == "fail")} checks failed",
    };
}
