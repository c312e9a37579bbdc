using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Lodestar.Engine.Operations;
using Lodestar.TestKit;

namespace Lodestar.Engine.Tests.Operations;

/// <summary>Answers that are written without their metadata are what they are with it.</summary>
public sealed class WrittenAnswerTests : IDisposable
{
    private static readonly TimeSpan Quarter = TimeSpan.FromMinutes(15);

    private readonly PlaneProject project = new("""
          F001: {title: First, labels: [a], locks: [src/**], acceptance_criteria: [works]}
          F002: {title: Second, depends_on: [F001], description: "two\nlines"}
        """);

    public void Dispose() => project.Dispose();

    [Fact]
    public async Task Every_answer_is_the_same_either_way()
    {
        var agent = await project.JoinAsync();
        Compare(await project.DoneAsync(new SendMessage("F001", agent, "hello") { Subject = "s" }.ExecuteAsync), PlaneJson.Default.SentMessage, PlaneJson.Write);
        Compare(await project.DoneAsync(new ClaimTask("F001", agent, Quarter).ExecuteAsync), PlaneJson.Default.ClaimedTask, PlaneJson.Write);
        Compare(await project.DoneAsync(new RenewLease("F001", agent, Quarter, null).ExecuteAsync), PlaneJson.Default.RenewedLease, PlaneJson.Write);
        Compare(await project.DoneAsync(new CompleteTask("F001", agent).ExecuteAsync), PlaneJson.Default.CompletedTask, PlaneJson.Write);
        Compare(await project.DoneAsync(new VerifyTask(["F001"], agent).ExecuteAsync), PlaneJson.Default.VerifiedTasks, PlaneJson.Write);
        await project.DoneAsync(new ClaimTask("F002", agent, Quarter).ExecuteAsync);
        Compare(await project.DoneAsync(new ReleaseTask("F002", agent, null, "tea").ExecuteAsync), PlaneJson.Default.ReleasedTask, PlaneJson.Write);
        Compare(await project.DoneAsync(new FinishTask("F002", agent).ExecuteAsync), PlaneJson.Default.FinishedTask, PlaneJson.Write);
        Compare(
            await project.DoneAsync(new CreateTask("Third") { DependsOn = ["F002"], Locks = ["x/**"], Labels = ["b"], Agent = agent }.ExecuteAsync),
            PlaneJson.Default.TaskDetails,
            PlaneJson.Write);
    }

    private static void Compare<T>(T answer, JsonTypeInfo<T> type, Action<Utf8JsonWriter, T> write)
    {
        using var bytes = new MemoryStream();
        using (var writer = new Utf8JsonWriter(bytes))
            write(writer, answer);

        Assert.Equal(JsonSerializer.Serialize(answer, type), System.Text.Encoding.UTF8.GetString(bytes.ToArray()));
    }
}
