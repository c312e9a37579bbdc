using System.Text.Json;
using Lodestar.Core;
using Lodestar.Engine;

namespace Lodestar.Mcp.Tools;

/// <summary>One call: what was sent, and the project it is about.</summary>
/// <param name="tool">The tool.</param>
/// <param name="sent">The arguments as they came.</param>
/// <param name="desk">The server's side.</param>
/// <param name="teller">Tells the client how it comes along.</param>
internal sealed class ToolCall(Tool tool, IReadOnlyDictionary<string, JsonElement> sent, ToolDesk desk, ICallTeller teller)
{
    /// <summary>The server's side.</summary>
    public ToolDesk Desk { get; } = desk;

    /// <summary>Tells the client how it comes along.</summary>
    public ICallTeller Teller { get; } = teller;

    /// <summary>The value of an argument; its default when it was not sent or is null.</summary>
    public T Get<T>(Argument<T> argument) => Sent(argument) is { } value ? argument.Read(value) : argument.Absent;

    /// <summary>The value of an argument that every call must have.</summary>
    public string Need(Argument<string?> argument) => Get(argument)!;

    /// <summary>Who acts: the argument, else LODESTAR_AGENT_ID, else nobody.</summary>
    public string? Agent(Argument<string?>? argument = null)
    {
        var agent = Get(argument ?? Arguments.Agent) ?? (Desk.World.Variable("LODESTAR_AGENT_ID") is { Length: > 0 } named ? named : null);
        if (agent is not null)
            Desk.RememberActor(agent);
        return agent;
    }

    /// <summary>Executes an operation on the project as it is now.</summary>
    /// <typeparam name="TData">The operation's data.</typeparam>
    public Task<Outcome<TData>> InSessionAsync<TData>(
        Func<EngineSession, CancellationToken, Task<Outcome<TData>>> execute, CancellationToken cancellation)
        where TData : class => Desk.InSessionAsync(execute, cancellation);

    /// <summary>Holds what was sent against what the tool accepts.</summary>
    /// <returns>Null, or the refusal <c>invalid-argument</c>.</returns>
    public Refusal? Check()
    {
        foreach (var name in sent.Keys)
        {
            if (tool.Accepts.All(argument => argument.Name != name))
            {
                var near = Spelling.Closest(name, tool.Accepts.Select(argument => argument.Name));
                return Invalid(name, $"{tool.Name} has no argument \"{Shown(name)}\".", near is null ? null : $"Did you mean {near}?");
            }
        }

        foreach (var argument in tool.Accepts)
        {
            if (Sent(argument) is not { } value)
            {
                if (argument.Required)
                    return Invalid(argument.Name, $"{tool.Name} needs the argument \"{argument.Name}\".", $"It must be {argument.Expected}.");
            }
            else if (!argument.Accepts(value))
            {
                return Invalid(argument.Name, $"{tool.Name} cannot use what was sent as \"{argument.Name}\".", $"It must be {argument.Expected}.");
            }
        }

        return null;
    }

    private static Refusal Invalid(string argument, string fact, string? hint) => new("invalid-argument", fact, hint)
    {
        Details = new() { ["argument"] = Shown(argument) },
    };

    private static string Shown(string name) => name.Length <= 40 ? name : name[..40] + "...";

    private JsonElement? Sent(Argument argument) =>
        sent.TryGetValue(argument.Name, out var value) && value.ValueKind is not (JsonValueKind.Null or JsonValueKind.Undefined) ? value : null;
}
