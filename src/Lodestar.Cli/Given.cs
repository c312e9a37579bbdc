using System.CommandLine;
using Lodestar.Core;
using Lodestar.Engine;

namespace Lodestar.Cli;

/// <summary>What was typed, read through the context it was typed in: an option falls back to its environment variable.</summary>
internal sealed class Given(ParseResult parsed, CommandContext context)
{
    /// <summary>The outside world.</summary>
    public CommandContext Context { get; } = context;

    /// <summary>The same, acting from another directory.</summary>
    public Given At(string path) => new(parsed, Context.At(path));

    /// <summary>An option's value; null or the default when it was not given.</summary>
    public T? Get<T>(Option<T> option) => parsed.GetValue(option);

    /// <summary>An argument's value; null or the default when it was not given.</summary>
    public T? Get<T>(Argument<T> argument) => parsed.GetValue(argument);

    /// <summary>The values of a repeatable option; empty when it was not given.</summary>
    public IReadOnlyList<string> All(Option<string[]> option) => parsed.GetValue(option) ?? [];

    /// <summary>Whether an option was typed, whatever its value.</summary>
    public bool Has(Option option) => parsed.GetResult(option) is { Implicit: false };

    /// <summary>Refuses two switches that contradict each other.</summary>
    public Given Excluding(Option<bool> one, Option<bool> other) => Get(one) && Get(other)
        ? throw new UsageException($"{one.Name} and {other.Name} exclude each other.")
        : this;

    /// <summary>An option's text, or all of standard input when it is <c>-</c>. One byte more than allowed is read, so that too
    /// much is seen as such.</summary>
    public string? TextOrInput(Option<string> option, int mostBytes) =>
        parsed.GetValue(option) is { } text && text != "-" ? text : Context.ReadInput(mostBytes + 1);

    /// <summary>The acting agent as it was named: the option, else LODESTAR_AGENT_ID, else nobody.</summary>
    public string? Agent(Option<string> option) =>
        (parsed.GetValue(option) ?? Context.Variable("LODESTAR_AGENT_ID")) is { Length: > 0 } text ? text : null;

    /// <summary>The acting agent, where the verb makes no sense without one.</summary>
    public string NeededAgent(Option<string> option) =>
        Agent(option) ?? throw new UsageException(
            $"Which agent is meant is not said: option {option.Name} is missing and LODESTAR_AGENT_ID is not set.",
            "lodestar agent join gives an agent id.");

    /// <summary>The lease length: the option, else LODESTAR_LEASE_TTL, else the default.</summary>
    /// <exception cref="RefusedException">It is no length of time a lease can have.</exception>
    public TimeSpan Lease(Option<string> option)
    {
        if ((parsed.GetValue(option) ?? Context.Variable("LODESTAR_LEASE_TTL")) is not { Length: > 0 } text)
            return LeaseTerm.Default;
        return LeaseTerm.TryParse(text, out var term) is { } refusal ? throw new RefusedException(refusal) : term;
    }

    /// <summary>Executes an operation on the project acted from.</summary>
    public async Task<Outcome<TData>> InSessionAsync<TData>(
        Func<EngineSession, CancellationToken, Task<Outcome<TData>>> execute, CancellationToken cancellation)
        where TData : class
    {
        var opened = Context.OpenSession();
        if (opened.Data is not { } session)
            return opened.Refusal!;
        using (session)
            return await execute(session, cancellation);
    }
}
