using Lodestar.Core;

namespace Lodestar.Engine.Operations;

/// <summary>Keeps the agent of a lane to the verbs it may use; everything else is the engine's or the operator's.</summary>
internal static class LaneGate
{
    /// <summary>The refusal for a verb that is not allowed in a lane; null outside of one.</summary>
    /// <param name="session">The session.</param>
    /// <param name="verb">The verb as typed, for example <c>task claim</c>.</param>
    internal static Refusal? Check(EngineSession session, string verb) => session.Context.Lane is null
        ? null
        : new Refusal(
            "not-allowed-in-lane",
            $"\"lodestar {verb}\" is not for the agent of a lane.",
            session.Context.Lane.Task is { } task ? $"lodestar task show {ShellWord.Quote(task.Value)}" : "lodestar status")
        {
            Details = new() { ["verb"] = verb, ["run_id"] = session.Context.Lane.Run?.Value, ["task_id"] = session.Context.Lane.Task?.Value },
        };
}
