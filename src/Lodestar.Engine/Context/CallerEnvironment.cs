using Lodestar.Core;

namespace Lodestar.Engine.Context;

/// <summary>What the environment variables say about the caller. They are hints: inside a lane the lane's own facts win.</summary>
/// <param name="Agent">LODESTAR_AGENT_ID.</param>
/// <param name="Run">LODESTAR_RUN_ID.</param>
/// <param name="Task">LODESTAR_TASK_ID.</param>
/// <param name="Lane">LODESTAR_LANE.</param>
/// <param name="Fence">LODESTAR_FENCE.</param>
public sealed record CallerEnvironment(string? Agent, RunId? Run, TaskId? Task, string? Lane, long? Fence)
{
    /// <summary>A caller about whom the environment says nothing.</summary>
    public static CallerEnvironment Empty { get; } = new(null, null, null, null, null);

    /// <summary>Reads the variables; empty ones count as not set.</summary>
    /// <exception cref="RefusedException">A variable holds what it can not (<c>environment-invalid</c>).</exception>
    public static CallerEnvironment From(Func<string, string?> variable)
    {
        string? Read(string name) => variable(name) is { Length: > 0 } text ? text : null;
        T? Parsed<T>(string name)
            where T : struct, ITextId<T>
        {
            if (Read(name) is not { } text)
                return null;
            try
            {
                return T.Parse(text);
            }
            catch (FormatException cause)
            {
                throw Invalid(name, cause.Message);
            }
        }

        var fence = Read("LODESTAR_FENCE");
        long number = 0;
        if (fence is not null && !long.TryParse(fence, out number))
            throw Invalid("LODESTAR_FENCE", $"\"{fence}\" is not a whole number.");
        return new(
            Read("LODESTAR_AGENT_ID"),
            Parsed<RunId>("LODESTAR_RUN_ID"),
            Parsed<TaskId>("LODESTAR_TASK_ID"),
            Read("LODESTAR_LANE"),
            fence is null ? null : number);
    }

    private static RefusedException Invalid(string name, string problem) => new(new Refusal(
        "environment-invalid", $"The environment variable {name} is not usable: {problem}", $"Correct or unset {name}."));
}
