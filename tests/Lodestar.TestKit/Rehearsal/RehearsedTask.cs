using System.Collections.Immutable;

namespace Lodestar.TestKit.Rehearsal;

/// <summary>One task of a rehearsed graph, and how its agent behaves.</summary>
/// <param name="Id">The task.</param>
/// <param name="DependsOn">Tasks before it.</param>
/// <param name="Shared">A file it declares and others declare too, or null.</param>
/// <param name="IsLoose">It declares nothing and adds to a file other loose tasks add to.</param>
/// <param name="Troubles">What goes wrong in its first attempts, one each.</param>
/// <param name="IsReviewedTwice">The reviewer asks for changes at first.</param>
/// <param name="LeavesCommitToEngine">Its agent edits and does not commit.</param>
public sealed record RehearsedTask(
    string Id,
    ImmutableArray<string> DependsOn,
    string? Shared,
    bool IsLoose,
    ImmutableArray<RehearsedTrouble> Troubles,
    bool IsReviewedTwice,
    bool LeavesCommitToEngine)
{
    /// <summary>The file that is this task's alone.</summary>
    public string OwnFile => $"parts/{Id}.txt";

    /// <summary>What that file holds in the end.</summary>
    public string OwnText =>
        string.Concat(DependsOn.Select(other => $"needs {other}\n")) + (IsReviewedTwice ? "complete\nrevised\n" : "complete\n");
}

/// <summary>A way an attempt fails.</summary>
public enum RehearsedTrouble
{
    /// <summary>The agent dies in the middle, work uncommitted.</summary>
    Crashes,

    /// <summary>The agent commits something the check refuses.</summary>
    FailsTheCheck,

    /// <summary>The agent says that it failed.</summary>
    GivesUp,

    /// <summary>The agent exits without a last word.</summary>
    ExitsSilently,

    /// <summary>The agent says it is done and changed nothing.</summary>
    ChangesNothing,
}
