using System.CommandLine;
using Lodestar.Core;

namespace Lodestar.Cli;

/// <summary>What was typed, read through the context it was typed in: an option falls back to its environment variable.</summary>
internal sealed class Given(ParseResult parsed, CommandContext context)
{
    /// <summary>The outside world.</summary>
    public CommandContext Context { get; } = context;

    /// <summary>An option's value; null or the default when it was not given.</summary>
    public T? Get<T>(Option<T> option) => parsed.GetValue(option);

    /// <summary>An argument's value; null or the default when it was not given.</summary>
    public T? Get<T>(Argument<T> argument) => parsed.GetValue(argument);

    /// <summary>The values of a repeatable option; empty when it was not given.</summary>
    public IReadOnlyList<string> All(Option<string[]> option) => parsed.GetValue(option) ?? [];

    /// <summary>Whether an option was typed, whatever its value.</summary>
    public bool Has(Option option) => parsed.GetResult(option) is { Implicit: false };

    /// <summary>The task named.</summary>
    public TaskId Task(Argument<string> argument) => new(parsed.GetRequiredValue(argument));

    /// <summary>The tasks named.</summary>
    public IReadOnlyList<TaskId> Tasks(Argument<string[]> argument) => [.. parsed.GetRequiredValue(argument).Select(text => new TaskId(text))];

    /// <summary>The acting agent: the option, else LODESTAR_AGENT_ID, else nobody.</summary>
    public AgentId? Agent(Option<string> option) =>
        (parsed.GetValue(option) ?? Context.Variable("LODESTAR_AGENT_ID")) is { Length: > 0 } text ? new AgentId(text) : null;

    /// <summary>The acting agent of a verb that nobody can do anonymously.</summary>
    public AgentId NeededAgent(Option<string> option) =>
        Agent(option) ?? throw new UsageException(
            $"Who acts is not said: option {option.Name} is missing and LODESTAR_AGENT_ID is not set.",
            "lodestar agent join --name NAME gives an agent id.");

    /// <summary>The lease length: the option, else LODESTAR_LEASE_TTL, else null for the project's default.</summary>
    public TimeSpan? Lease(Option<string> option)
    {
        if ((parsed.GetValue(option) ?? Context.Variable("LODESTAR_LEASE_TTL")) is not { Length: > 0 } text)
            return null;
        return LeaseTerm.TryParse(text, out var term) is { } refusal ? throw new Engine.RefusedException(refusal) : term;
    }
}
