using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Lodestar.Core;
using Lodestar.Core.Spec;
using Lodestar.Engine.Spec;
using Lodestar.Engine.Storage;
using Lodestar.Engine.Yaml;

namespace Lodestar.Engine.Operations;

/// <summary>Takes both planes as they are at one moment. Runs are left out: their ledgers are theirs.</summary>
/// <param name="IncludeMessages">Whether messages, and who read them, are taken too.</param>
public sealed record ExportSnapshot(bool IncludeMessages = false)
{
    /// <summary>Runs the operation.</summary>
    public async Task<Outcome<ProjectSnapshot>> ExecuteAsync(EngineSession session, CancellationToken cancellation)
    {
        if (LaneGate.Check(session, "export snapshot") is { } refusal)
            return refusal;
        var file = session.Spec.Load();
        if (file.Data is not { } document)
            return file.Refusal!;
        var hasStore = File.Exists(session.Context.Runtime.Value);

        // The tasks, their states and the text are of one reading: somebody may write the file meanwhile.
        return await session.QueryAsync<ProjectSnapshot>(
            document.Index,
            plane => new ProjectSnapshot(
                ProjectSnapshot.CurrentFormat,
                StoreTime.Rounded(session.Clock.GetUtcNow()),
                Spec(document, plane),
                hasStore ? Runtime(plane) : null),
            cancellation).ConfigureAwait(false);
    }

    private static SnapshotSpec Spec(SpecDocument document, PlaneView plane)
    {
        var project = document.Spec.Project;
        var root = document.Yaml.Root as YamlMap;
        var board = plane.Board;
        return new(
            new(project.Id, project.Name, project.DefaultBranch, JsonNode.Parse(project.Conventions)!.AsObject()),
            document.Spec.Tasks.Index().ToDictionary(task => task.Item.Id.Value, task => Task(task.Item, StatusText.Of(board.StatusAt(task.Index)))),
            root?.Find("features")?.Value is YamlMap features ? YamlJson.Of(features) : [],
            root?.Find("missions")?.Value is YamlList missions ? YamlJson.Of(missions)!.AsArray() : [],
            document.Yaml.Text);
    }

    private static SnapshotTask Task(TaskDefinition task, string status) => new(
        task.Id, task.Title, task.Description, status, task.Priority, task.DependsOn, task.Labels, task.Locks, task.AcceptanceCriteria);

    private SnapshotRuntime Runtime(PlaneView plane)
    {
        var rows = StoreCopy.Read(plane.Store, IncludeMessages);
        return new(
            [.. plane.Store.Agents().Select(SnapshotAgent.Of)],
            [.. plane.Store.LiveLeases(plane.Project).Values.OrderBy(lease => lease.Task).Select(SnapshotLease.Of)],
            rows)
        {
            Messages = IncludeMessages ? Messages(rows.Tables["messages"], rows.Tables["message_reads"]) : null,
        };
    }

    private static ImmutableArray<SnapshotMessage> Messages(TableRows messages, TableRows reads)
    {
        var message = messages.Columns.IndexOf("message_id");
        var readers = reads.Rows.ToLookup(
            row => Text(row, reads.Columns.IndexOf("message_id")), row => Text(row, reads.Columns.IndexOf("agent_id"))!, StringComparer.Ordinal);
        return [.. messages.Rows.Select(row => new SnapshotMessage(
            new MessageId(Text(row, message)!),
            StoreTime.Parse(Of("created_at", row)!),
            new AgentId(Of("from_agent", row)!),
            Of("task_id", row) is { } task ? new TaskId(task) : null,
            Of("text", row)!,
            [.. readers[Text(row, message)]],
            Meta(row)))];

        JsonObject Meta(JsonArray row)
        {
            var meta = new JsonObject();
            foreach (var name in new[] { "subject", "severity" })
            {
                if (Of(name, row) is { } value)
                    meta[name] = value;
            }

            return meta;
        }

        string? Of(string column, JsonArray row) => Text(row, messages.Columns.IndexOf(column));
    }

    private static string? Text(JsonArray row, int column) => row[column]?.GetValue<string>();
}
