using System.Text;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Lodestar.Core;
using Lodestar.Core.Planes;
using Lodestar.Engine.Storage;

namespace Lodestar.Engine.Operations;

/// <summary>Says something in a task's thread, or to one agent.</summary>
/// <param name="Task">The thread, or null when <paramref name="To"/> is given.</param>
/// <param name="From">Who says it; null when the caller named nobody.</param>
/// <param name="Text">What is said: not blank, at most 16,384 bytes.</param>
public sealed record SendMessage(string? Task, string? From, string Text)
{
    private const int LongestSubject = 200;

    /// <summary>The only recipient, or null for everybody in the thread.</summary>
    public string? To { get; init; }

    /// <summary>A headline, or null.</summary>
    public string? Subject { get; init; }

    /// <summary>How much it matters: info, warning, handoff, blocker; or null.</summary>
    public string? Severity { get; init; }

    /// <summary>Runs the operation.</summary>
    public Task<Outcome<SentMessage>> ExecuteAsync(EngineSession session, CancellationToken cancellation) =>
        session.DecideAsync(Decide, cancellation);

    private Outcome<SentMessage> Decide(PlaneChange plane)
    {
        if (Invalid() is { } invalid)
            return invalid;
        var actor = plane.Actor(From);
        if (actor.Refusal is { } unknown)
            return unknown;
        if (actor.Agent is not { } sender)
            return AgentIds.Needed("lodestar msg send");
        TaskId? thread = null;
        if (Task is not null)
        {
            var found = plane.Task(Task);
            if (found.Data is not { } task)
                return found.Refusal!;
            thread = task.Id;
        }

        AgentId? recipient = null;
        if (To is not null)
        {
            if (plane.Store.FindAgent(new AgentId(To)) is not { } agent)
                return new Refusal("agent-unknown", $"No agent {To} has joined.", "lodestar agent list");
            recipient = agent.Id;
        }

        var message = plane.Store.AddMessage(plane.Project, new(thread, recipient, sender, Text)
        {
            Subject = Subject,
            Severity = Severity?.ToLowerInvariant(),
        });
        plane.Store.TouchAgent(sender);
        plane.Append(new("message.sent")
        {
            Agent = sender,
            Task = thread,
            Data = new JsonObject { ["message_id"] = message.Id.Value, ["to"] = recipient?.Value },
        });
        return new SentMessage(message.Id, message.CreatedAt, thread, sender) { ToAgentId = recipient };
    }

    private Refusal? Invalid()
    {
        if (Task is null && To is null)
            return Bad("A message needs a task or an agent it is for.", "Give --task or --to.");
        if (string.IsNullOrWhiteSpace(Text))
            return Bad("The message is empty.", "Say something with --text.");
        var bytes = Encoding.UTF8.GetByteCount(Text);
        if (bytes > MessageDraft.MaxBytes)
            return Bad($"The message has {bytes} bytes; {MessageDraft.MaxBytes} is the most.", "Put long texts in a file and name it.");
        if (Subject is { Length: > LongestSubject })
            return Bad($"The subject has {Subject.Length} characters; {LongestSubject} is the most.", "Shorten it.");
        return Severity is null || MessageDraft.Severities.Contains(Severity, StringComparer.OrdinalIgnoreCase)
            ? null
            : Bad($"\"{Severity}\" is not a severity.", $"It is one of {string.Join(", ", MessageDraft.Severities)}.");
    }

    private static Refusal Bad(string fact, string hint) => new("message-invalid", fact, hint);
}

/// <summary>A stored message.</summary>
/// <param name="MessageId">Its id.</param>
/// <param name="SentAt">When.</param>
/// <param name="TaskId">The thread, or null.</param>
/// <param name="FromAgentId">Who said it.</param>
public sealed record SentMessage(MessageId MessageId, DateTimeOffset SentAt, TaskId? TaskId, AgentId FromAgentId)
{
    /// <summary>The only recipient; absent when it is for everybody in the thread.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public AgentId? ToAgentId { get; init; }
}
