using System.Text.Json.Serialization;

namespace Lodestar.Engine.Operations;

/// <summary>JSON of the plane verbs' data; schemas come from the same types.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(ProjectStatus))]
[JsonSerializable(typeof(HealthReport))]
[JsonSerializable(typeof(ResetResult))]
[JsonSerializable(typeof(ProjectSnapshot))]
[JsonSerializable(typeof(ImportedSnapshot))]
[JsonSerializable(typeof(TaskList))]
[JsonSerializable(typeof(TaskDetails))]
[JsonSerializable(typeof(TaskContext))]
[JsonSerializable(typeof(ClaimableTasks))]
[JsonSerializable(typeof(ClaimedTask))]
[JsonSerializable(typeof(RenewedLease))]
[JsonSerializable(typeof(ReleasedTask))]
[JsonSerializable(typeof(CompletedTask))]
[JsonSerializable(typeof(VerifiedTasks))]
[JsonSerializable(typeof(FinishedTask))]
[JsonSerializable(typeof(DeletedTasks))]
[JsonSerializable(typeof(RestoredTasks))]
[JsonSerializable(typeof(TaskReasons))]
[JsonSerializable(typeof(TaskGraphDrawing))]
[JsonSerializable(typeof(InitializedProject))]
[JsonSerializable(typeof(JoinedAgent))]
[JsonSerializable(typeof(AgentList))]
[JsonSerializable(typeof(AgentDetails))]
[JsonSerializable(typeof(FoundAgents))]
[JsonSerializable(typeof(BriefedTask))]
[JsonSerializable(typeof(EventPage))]
[JsonSerializable(typeof(EventLine))]
[JsonSerializable(typeof(SeenAgent))]
[JsonSerializable(typeof(LeftAgent))]
[JsonSerializable(typeof(SentMessage))]
[JsonSerializable(typeof(MessageThread))]
[JsonSerializable(typeof(InboxMessages))]
[JsonSerializable(typeof(AwaitedMessages))]
[JsonSerializable(typeof(FoundMessages))]
[JsonSerializable(typeof(MarkedMessages))]
public sealed partial class PlaneJson : JsonSerializerContext;
