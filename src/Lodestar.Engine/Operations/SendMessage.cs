using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Lodestar.Core;
using Lodestar.Core.Planes;
using Lodestar.Engine.Storage;

namespace Lodestar.Engine.Operations;

/// <summary>Says something in a task's thread, to one agent, or to all.</summary>
/// <remarks>A sender that never joined and a task the spec does not have are warned of, not refused: scripts of the Python
/// Lodestar post under names of their own, and a thread may be older than its task.</remarks>
/// <param name="Task">The thread, or null.</param>
/// <param name="From">Who says it; null when the caller named nobody.</param>
/// <param name="Text">What is said: not blank, at most 16,384 bytes.</param>
public sealed record SendMessage(string? Task, string? From, string Text)
{
    /// <summary><c>agent:ID</c>, <c>task:ID</c>, <c>all</c>, or an agent's id; null for everybody in the thread.</summary>
    public string? To { get; init; }

    /// <summary>A headline, or null.</summary>
    public string? Subject { get; init; }

    /// <summary>How much it matters: info, warning, handoff, blocker; or null.</summary>
    public string? Severity { get; init; }

    /// <summary>Refuse a severity that is none of those, instead of warning.</summary>
    public bool KnownSeverityOnly { get; init; }

    /// <summary>Runs the operation.</summary>
    public Task<Outcome<SentMessage>> ExecuteAsync(EngineSession session, CancellationToken cancellation) =>
        session.DecideAsync(Decide, cancellation);

    private Outcome<SentMessage> Decide(PlaneChange plane)
    {
        if (MessageAddress.TryParse(Task, To, out var address) is { } unaddressed)
            return unaddressed;
        var warnings = new List<Warning>();
        if (Sender(plane, warnings) is not { } sender)
            return AgentIds.Needed("lodestar msg send");
        if (Thread(plane, address, warnings, out var thread) is { } noThread)
            return noThread;
        if (address.Agent is { } named && !plane.Store.HasJoined(new AgentId(named)))
            return AgentIds.Unknown(named);
        if (KnownSeverity(warnings) is { } noSeverity)
            return noSeverity;
        var draft = new MessageDraft(thread, address.Agent is { } agent ? new AgentId(agent) : null, sender, Text)
        {
            Subject = string.IsNullOrEmpty(Subject) ? null : Subject,
            Severity = string.IsNullOrEmpty(Severity) ? null : MessageDraft.Known(Severity) ?? Severity,
        };
        return draft.Problem() is { } invalid ? invalid : Outcome<SentMessage>.Done(Send(plane, draft), warnings: warnings);
    }

    private static SentMessage Send(PlaneChange plane, MessageDraft draft)
    {
        var message = plane.Store.AddMessage(plane.Project, draft);
        plane.Store.TouchAgent(draft.From);
        plane.Append(new("message.sent")
        {
            Agent = draft.From,
            Task = draft.Task,
            Data = new JsonObject { ["message_id"] = message.Id.Value, ["to"] = draft.Address },
        });
        return new SentMessage(message.Id, message.CreatedAt, draft.Task, draft.From, draft.Address) { ToAgentId = draft.To };
    }

    /// <summary>The lane's agent, whom the caller named, or null for nobody.</summary>
    private AgentId? Sender(PlaneChange plane, List<Warning> warnings)
    {
        var actor = plane.Actor(From);
        if (actor.Refusal is null)
            return actor.Agent;
        warnings.Add(new("agent-unknown", $"No agent {From} has joined; nobody can answer it."));
        return new AgentId(From!);
    }

    private static Refusal? Thread(PlaneChange plane, MessageAddress address, List<Warning> warnings, out TaskId? thread)
    {
        thread = null;
        if (address.Task is not { } named)
            return null;
        if (SpecChange.CheckId(named) is { } refusal)
            return refusal;
        if (plane.Task(named).Data is null)
            warnings.Add(new("task-unknown", $"The spec has no task {named}; the message waits in a thread of that name."));
        thread = new TaskId(named);
        return null;
    }

    private Refusal? KnownSeverity(List<Warning> warnings)
    {
        if (string.IsNullOrEmpty(Severity) || MessageDraft.Known(Severity) is not null)
            return null;
        var fact = $"\"{Severity}\" is none of {string.Join(", ", MessageDraft.Severities)}";
        if (KnownSeverityOnly)
            return new Refusal("severity-unknown", fact + ".", $"Use one of {string.Join(", ", MessageDraft.Severities)}.");
        warnings.Add(new("severity-unknown", fact + "; it was sent as it is."));
        return null;
    }
}

/// <summary>A stored message.</summary>
/// <param name="MessageId">Its id.</param>
/// <param name="SentAt">When.</param>
/// <param name="TaskId">The thread, or null.</param>
/// <param name="FromAgentId">Who said it.</param>
/// <param name="To">For whom: <c>agent:ID</c>, <c>task:ID</c> or <c>all</c>.</param>
public sealed record SentMessage(MessageId MessageId, DateTimeOffset SentAt, TaskId? TaskId, AgentId FromAgentId, string To)
{
    /// <summary>The only recipient; absent when there is none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public AgentId? ToAgentId { get; init; }
}
