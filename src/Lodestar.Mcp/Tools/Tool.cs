using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Lodestar.Core;

namespace Lodestar.Mcp.Tools;

/// <summary>A tool: what it is called, accepts and gives. Its body is one operation.</summary>
/// <param name="name">The name after <c>lodestar_</c>.</param>
/// <param name="purpose">What it is for, in as few words as an agent needs.</param>
internal abstract class Tool(string name, string purpose)
{
    /// <summary>What every name begins with, so that it stands apart from other servers' tools.</summary>
    public const string Prefix = "lodestar_";

    /// <summary>The whole name.</summary>
    public string Name { get; } = Prefix + name;

    /// <summary>What it is for.</summary>
    public string Purpose { get; } = purpose;

    /// <summary>Its arguments.</summary>
    public ImmutableArray<Argument> Accepts { get; init; } = [];

    /// <summary>Whether it changes nothing.</summary>
    public bool ReadsOnly { get; init; }

    /// <summary>What is told at the start of a call, for tools that change a task.</summary>
    public Func<ToolCall, string>? Begins { get; init; }

    /// <summary>The list that holds the items of a page, and where the one after an item is; null when there are no pages.</summary>
    public PageShape? Page { get; init; }

    /// <summary>How its structured result is written.</summary>
    public abstract JsonTypeInfo ResultType { get; }

    /// <summary>Runs the operation. The arguments have been checked.</summary>
    public abstract Task<ToolAnswer> RunAsync(ToolCall call, CancellationToken cancellation);
}

/// <summary>A tool whose operation gives <typeparamref name="TData"/> and which answers with <typeparamref name="TResult"/>.</summary>
/// <typeparam name="TData">The operation's data.</typeparam>
/// <typeparam name="TResult">The structured result.</typeparam>
/// <param name="name">The name after <c>lodestar_</c>.</param>
/// <param name="purpose">What it is for.</param>
internal sealed class Tool<TData, TResult>(string name, string purpose) : Tool(name, purpose)
    where TData : class
{
    /// <summary>Executes the operation.</summary>
    public required Func<ToolCall, CancellationToken, Task<Outcome<TData>>> Run { get; init; }

    /// <summary>Puts the data into the shape clients know.</summary>
    public required Func<Outcome<TData>, ToolCall, TResult> Result { get; init; }

    /// <summary>How the result is written.</summary>
    public required JsonTypeInfo<TResult> Type { get; init; }

    /// <summary>The result in one line, for people and for logs.</summary>
    public required Func<TResult, string> Summary { get; init; }

    /// <summary>The resources that read differently now.</summary>
    public Func<TResult, IEnumerable<string>> Changed { get; init; } = static _ => [];

    /// <inheritdoc/>
    public override JsonTypeInfo ResultType => Type;

    /// <inheritdoc/>
    public override async Task<ToolAnswer> RunAsync(ToolCall call, CancellationToken cancellation)
    {
        var outcome = await Run(call, cancellation).ConfigureAwait(false);
        if (outcome.Data is null)
            return ToolAnswer.Of(outcome.Refusal!);
        var result = Result(outcome, call);
        return new(JsonSerializer.SerializeToNode(result, Type)!.AsObject(), Summary(result))
        {
            Changed = [.. Changed(result)],
        };
    }
}

/// <summary>How the items of a page are listed.</summary>
/// <param name="List">The member that holds them.</param>
/// <param name="Cursor">Where the item after a given one is; null when the client pages by what the items say.</param>
internal sealed record PageShape(string List, Func<JsonNode, JsonNode>? Cursor = null)
{
    /// <summary>The member that says whether there is more, for lists that have one.</summary>
    public string? More { get; init; }
}
