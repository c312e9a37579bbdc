using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Lodestar.Engine.Operations;
using Lodestar.Mcp.Answers;

namespace Lodestar.Mcp;

/// <summary>JSON of structured results: camelCase, as the clients of tools know it. Schemas come from the same types.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(StatusAnswer))]
[JsonSerializable(typeof(HealthReport))]
[JsonSerializable(typeof(JoinAnswer))]
[JsonSerializable(typeof(HeartbeatAnswer))]
[JsonSerializable(typeof(LeaveAnswer))]
[JsonSerializable(typeof(AgentsAnswer))]
[JsonSerializable(typeof(TasksAnswer))]
[JsonSerializable(typeof(NextAnswer))]
[JsonSerializable(typeof(TaskAnswer))]
[JsonSerializable(typeof(ContextAnswer))]
[JsonSerializable(typeof(TaskReasons))]
[JsonSerializable(typeof(TaskGraphDrawing))]
[JsonSerializable(typeof(ClaimAnswer))]
[JsonSerializable(typeof(RenewAnswer))]
[JsonSerializable(typeof(ReleaseAnswer))]
[JsonSerializable(typeof(DoneAnswer))]
[JsonSerializable(typeof(VerifyAnswer))]
[JsonSerializable(typeof(BatchAnswer))]
[JsonSerializable(typeof(DeleteAnswer))]
[JsonSerializable(typeof(RestoreAnswer))]
[JsonSerializable(typeof(SendAnswer))]
[JsonSerializable(typeof(EventsAnswer))]
[JsonSerializable(typeof(JsonObject))]
internal sealed partial class McpJson : JsonSerializerContext;

/// <summary>JSON of the results that show messages: snake_case, as they always were.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(ThreadAnswer))]
[JsonSerializable(typeof(MessageThread))]
[JsonSerializable(typeof(InboxAnswer))]
[JsonSerializable(typeof(WaitAnswer))]
[JsonSerializable(typeof(SearchAnswer))]
[JsonSerializable(typeof(AckAnswer))]
[JsonSerializable(typeof(InboxMessages))]
internal sealed partial class MessageJson : JsonSerializerContext;
