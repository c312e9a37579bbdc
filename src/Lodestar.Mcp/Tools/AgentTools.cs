using System.Collections.Immutable;
using Lodestar.Core;
using Lodestar.Core.Planes;
using Lodestar.Engine.Operations;
using Lodestar.Mcp.Answers;

namespace Lodestar.Mcp.Tools;

/// <summary>The tools about agents: join, heartbeat, leave, list.</summary>
internal static class AgentTools
{
    private static readonly Argument<string?> Name = new("name", ArgumentKinds.Text);
    private static readonly Argument<bool> New = new("new", ArgumentKinds.Flag) { Description = "whatever the environment says" };
    private static readonly Argument<string?> Client = new("client", ArgumentKinds.Text);
    private static readonly Argument<string?> Model = new("model", ArgumentKinds.Text);
    private static readonly Argument<string?> Role = new("role", ArgumentKinds.Text);
    private static readonly Argument<string?> Capability = new("capability", ArgumentKinds.Text);
    private static readonly Argument<ImmutableArray<string>> Capabilities = new("capabilities", ArgumentKinds.Texts);

    /// <summary>The tools.</summary>
    public static ImmutableArray<Tool> All { get; } = [Join(), Heartbeat(), Leave(), List()];

    private static Tool<JoinedAgent, JoinAnswer> Join() => new("agent_join", "Registers you and gives your agent id; with agent_id you go on as that one. Call it once.")
    {
        Accepts = [Arguments.Agent, New, Name, Role, Client, Model, Capabilities, Arguments.Ttl],
        Run = (call, cancellation) => LeaseTerm.Check(Term(call)) is { } refusal
            ? Task.FromResult<Outcome<JoinedAgent>>(refusal)
            : call.InSessionAsync(
                new JoinAgent(new(call.Get(Name), call.Get(Role), call.Get(Capabilities), SessionMeta(call)))
                {
                    Named = call.Get(Arguments.Agent),
                    Remembered = call.Get(New) ? null : call.Desk.World.Variable("LODESTAR_AGENT_ID"),
                }.ExecuteAsync,
                cancellation),
        Result = (outcome, call) =>
        {
            var joined = outcome.Data!;
            call.Desk.RememberTerm(joined.AgentId, Term(call));
            call.Desk.RememberActor(joined.AgentId.Value);
            return JoinAnswer.Of(outcome, Term(call), call.Desk.World.Clock.GetUtcNow());
        },
        Type = McpJson.Default.JoinAnswer,
        Summary = joined => joined.Resumed ? $"{joined.AgentId} goes on" : $"Joined as {joined.AgentId}",
    };

    private static Tool<SeenAgent, HeartbeatAnswer> Heartbeat() => new("agent_heartbeat", "Says that you are alive.")
    {
        Accepts = [Arguments.Agent],
        Run = (call, cancellation) => call.InSessionAsync(new HeartbeatAgent(call.Agent()).ExecuteAsync, cancellation),
        Result = (outcome, call) => new(
            outcome.Data!.AgentId,
            outcome.Data.Updated,
            outcome.Data.LastSeenAt + IdleAfter(call),
            [new("leases-not-renewed", "A heartbeat does not renew leases; lodestar_task_renew does.", "info")]),
        Type = McpJson.Default.HeartbeatAnswer,
        Summary = seen => $"{seen.AgentId} is alive",
    };

    private static Tool<LeftAgent, LeaveAnswer> Leave() => new("agent_leave", "Says goodbye and gives back what you hold.")
    {
        Accepts = [Arguments.Agent, Arguments.Reason],
        Run = (call, cancellation) => call.InSessionAsync(new LeaveAgent(call.Agent(), call.Get(Arguments.Reason)).ExecuteAsync, cancellation),
        Result = (outcome, call) => new(
            outcome.Data!.AgentId, outcome.Data.Left, call.Get(Arguments.Reason), outcome.Data.Released, ToolWarning.Of(outcome.Warnings)),
        Type = McpJson.Default.LeaveAnswer,
        Summary = left => $"{left.AgentId} left",
        Changed = left => left.ReleasedTaskIds.Select(task => ResourceUris.Task(task.Value)),
    };

    private static Tool<AgentList, AgentsAnswer> List() => new("agent_list", "Who works here, most recently seen first.")
    {
        ReadsOnly = true,
        Accepts = [Role, Capability],
        Page = new("agents"),
        Run = (call, cancellation) => call.InSessionAsync(new ListAgents(call.Get(Capability), call.Get(Role)).ExecuteAsync, cancellation),
        Result = (outcome, _) => AgentsAnswer.Of(outcome.Data!),
        Type = McpJson.Default.AgentsAnswer,
        Summary = agents => $"{agents.TotalCount} agents",
    };

    private static TimeSpan Term(ToolCall call) => Arguments.Term(call.Get(Arguments.Ttl), call.Desk.TermOf(null));

    /// <summary>The thresholds are checked by the operations that judge by them; here they only say until when one counts as active.</summary>
    private static TimeSpan IdleAfter(ToolCall call) =>
        int.TryParse(call.Desk.World.Variable("LODESTAR_AGENT_IDLE_THRESHOLD_MINUTES"), out var minutes) && minutes >= 0
            ? TimeSpan.FromMinutes(minutes)
            : PresenceLimits.Default.IdleAfter;

    private static ImmutableSortedDictionary<string, string> SessionMeta(ToolCall call)
    {
        var meta = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        if (call.Get(Model) is { Length: > 0 } model)
            meta["model"] = model;
        if (call.Get(Client) is { Length: > 0 } client)
            meta["client"] = client;
        return meta.ToImmutable();
    }
}
