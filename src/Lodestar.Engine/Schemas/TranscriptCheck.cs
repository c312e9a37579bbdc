using System.Text.Json.Nodes;
using Lodestar.Engine.Agents;

namespace Lodestar.Engine.Schemas;

/// <summary>Holds a recorded conversation with an agent against the protocol: each line for itself, and each answer against
/// the command it is to.</summary>
internal sealed class TranscriptCheck(FileProblems problems)
{
    private static readonly string[] Kinds = ["command", "event", "heartbeat", "log"];

    private readonly Dictionary<string, JsonObject> commands = new(StringComparer.Ordinal);
    private readonly HashSet<string> messages = new(StringComparer.Ordinal);

    /// <summary>Checks the whole text.</summary>
    /// <returns>How many lines there are.</returns>
    internal long Check(ReadOnlySpan<byte> text)
    {
        long number = 0;
        while (!text.IsEmpty)
        {
            number++;
            var end = text.IndexOf((byte)'\n');
            var line = end < 0 ? text : text[..end];
            text = end < 0 ? [] : text[(end + 1)..];
            if (end < 0)
                problems.Add(number, "torn", "The last line has no end.");
            else if (line.Length >= AgentProtocol.LineLimit)
                problems.Add(number, "line-too-long", $"The line is longer than {AgentProtocol.LineLimit} bytes.");
            else if (line.Trim(" \t\r"u8).Length > 0)
                CheckLine(line, number);
        }

        return number;
    }

    private void CheckLine(ReadOnlySpan<byte> line, long number)
    {
        if (JsonText.Read(line, number, problems) is not { } value)
            return;
        var kind = value is JsonObject && value["kind"] is JsonValue word && word.TryGetValue<string>(out var text) ? text : null;
        if (kind is null || !Kinds.Contains(kind))
        {
            problems.Add(number, "kind", kind is null ? "The line has no kind." : $"\"{kind}\" is no kind of message.");
            return;
        }

        if (!JsonText.Fits(kind, value, line, number, problems))
            return;
        if (kind is "command" or "event" && !messages.Add(value["message_id"]!.GetValue<string>()))
            problems.Add(number, "message-repeated", $"A message {value["message_id"]} came before.");
        if (kind == "command")
            commands[value["correlation_id"]!.GetValue<string>()] = value.AsObject();
        else if (kind == "event" && commands.Count > 0)
            CheckAnswer(value.AsObject(), number);
    }

    private void CheckAnswer(JsonObject answer, long number)
    {
        if (!commands.TryGetValue(answer["correlation_id"]!.GetValue<string>(), out var command))
        {
            problems.Add(number, "answers-nothing", "No command before it has this correlation_id.");
            return;
        }

        if (!JsonNode.DeepEquals(answer["task_id"], command["task_id"]))
            problems.Add(number, "task-differs", $"The command is about task {command["task_id"]}, the answer about {answer["task_id"]}.");
        if (!JsonNode.DeepEquals(answer["from"]!["agent_type"], command["to"]!["agent_type"]))
            problems.Add(number, "role-differs", $"The {command["to"]!["agent_type"]} was asked, and a {answer["from"]!["agent_type"]} answers.");
        if (answer["observed_version"] is { } seen && !JsonNode.DeepEquals(seen["snapshot_id"], command["version"]!["snapshot_id"]))
            problems.Add(number, "snapshot-differs", $"The command is about {command["version"]!["snapshot_id"]}, the answer about {seen["snapshot_id"]}.");
    }
}
