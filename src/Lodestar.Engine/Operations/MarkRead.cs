using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Lodestar.Core;
using Lodestar.Core.Planes;
using Lodestar.Engine.Storage;

namespace Lodestar.Engine.Operations;

/// <summary>Notes that an agent has read messages of a task's thread.</summary>
/// <param name="Task">The thread; null when the messages are named.</param>
/// <param name="Agent">Who has read them; null when the caller named nobody.</param>
/// <param name="Messages">Which; empty for the whole thread.</param>
public sealed record MarkRead(string? Task, string? Agent, ImmutableArray<string> Messages)
{
    /// <summary>Runs the operation.</summary>
    public Task<Outcome<MarkedMessages>> ExecuteAsync(EngineSession session, CancellationToken cancellation) =>
        session.DecideAsync(Decide, cancellation);

    private const int MostNamed = 200;

    /// <summary>Writes the receipts, and one event when any is new. A long thread would make a long event: it names the first of them and counts all.</summary>
    /// <returns>How many are new.</returns>
    internal static int Record(PlaneChange plane, TaskId? task, string agent, IReadOnlyList<MessageId> messages)
    {
        var marked = messages.Where(message => plane.Store.MarkRead(message, agent)).ToList();
        var known = plane.Store.HasJoined(new AgentId(agent));
        if (known)
            plane.Store.TouchAgent(new AgentId(agent));
        if (marked.Count > 0)
        {
            plane.Append(new("message.read")
            {
                Agent = known ? new AgentId(agent) : null,
                Task = task,
                Data = new JsonObject
                {
                    ["reader"] = agent,
                    ["count"] = marked.Count,
                    ["message_ids"] = new JsonArray([.. marked.Take(MostNamed).Select(message => (JsonNode)message.Value)]),
                },
            });
        }

        return marked.Count;
    }

    private Outcome<MarkedMessages> Decide(PlaneChange plane)
    {
        if (Task is null && Messages.IsEmpty)
            return new Refusal("message-invalid", "Which messages were read is not said.", "Give --task, --message-id, or both.");
        TaskId? thread = null;
        if (Task is not null)
        {
            var named = MessageAddress.TaskIn(Task);
            if (SpecChange.CheckId(named) is { } noTask)
                return noTask;
            thread = new TaskId(named);
        }

        var warnings = new List<Warning>();
        if (thread is { } read && plane.Board.Find(read) is null)
            warnings.Add(new("task-unknown", $"The spec has no task {read}."));
        if (Reader(plane, warnings) is not { } reader)
            return AgentIds.Needed("lodestar msg mark-read");
        var messages = Messages.IsEmpty
            ? plane.Store.WithoutReceipt(plane.Project, thread!.Value, reader)
            : Named(plane, thread, warnings);
        return Outcome<MarkedMessages>.Done(new(thread, reader, Record(plane, thread, reader, messages)), warnings: warnings);
    }

    private string? Reader(PlaneChange plane, List<Warning> warnings)
    {
        var actor = plane.Actor(Agent);
        if (actor.Refusal is null)
            return actor.Agent?.Value;
        warnings.Add(new("agent-unknown", $"No agent {Agent} has joined; the receipt bears that name all the same."));
        return Agent;
    }

    private List<MessageId> Named(PlaneChange plane, TaskId? thread, List<Warning> warnings)
    {
        var found = new List<MessageId>();
        foreach (var id in Messages.Distinct())
        {
            if (plane.Store.FindMessage(plane.Project, new MessageId(id)) is { } message && (thread is null || message.Draft.Task == thread))
                found.Add(message.Id);
            else
                warnings.Add(new("message-unknown", thread is null ? $"There is no message {id}." : $"The thread of {thread} has no message {id}."));
        }

        return found;
    }
}

/// <summary>Messages that count as read now.</summary>
/// <param name="TaskId">The thread, or null.</param>
/// <param name="AgentId">Who has read them.</param>
/// <param name="MessagesMarked">How many had not been before.</param>
public sealed record MarkedMessages(TaskId? TaskId, string AgentId, int MessagesMarked);
