using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Lodestar.Core;

namespace Lodestar.Cli;

/// <summary>A leaf of the command tree: it declares what it accepts and gives, and delegates to one operation.</summary>
/// <param name="name">The verb.</param>
/// <param name="purpose">One sentence, in the present tense.</param>
internal abstract class Verb(string name, string purpose) : Command(name, purpose)
{
    /// <summary>Arguments and options of this verb; those of every verb are declared once, in <see cref="GlobalOptions"/>.</summary>
    public IReadOnlyList<Symbol> Accepts
    {
        init
        {
            foreach (var symbol in value)
            {
                if (symbol is Argument argument)
                    Arguments.Add(argument);
                else
                    Options.Add((Option)symbol);
            }
        }
    }

    /// <summary>Effects and examples, for <c>--explain</c>.</summary>
    public required Explanation About { get; init; }

    /// <summary>Whether the first Ctrl-C asks the verb to end in order; other verbs simply die, which is always safe.</summary>
    public bool EndsInOrder { get; init; }

    /// <summary>Whether the verb waits for what others do, for somebody who reads it: without a reader it ends.</summary>
    public bool EndsWithReader { get; init; }

    /// <summary>The whole command as typed, from <c>lodestar</c> on.</summary>
    public string FullName => CommandTree.NameOf(this);

    /// <summary>The type of <c>data</c>.</summary>
    public abstract JsonTypeInfo DataType { get; }

    /// <summary>Runs the operation and shows its outcome.</summary>
    public abstract Task<ExitCode> RunAsync(Given given, CancellationToken cancellation);
}

/// <summary>A verb whose operation gives <typeparamref name="TData"/>.</summary>
/// <typeparam name="TData">What <c>data</c> holds.</typeparam>
/// <param name="name">The verb.</param>
/// <param name="purpose">One sentence, in the present tense.</param>
internal sealed class Verb<TData>(string name, string purpose) : Verb(name, purpose)
    where TData : class
{
    /// <summary>How <c>data</c> is written, and what its schema is. Asked for when it is needed: it is not made for nothing.</summary>
    public required Func<JsonTypeInfo<TData>> Data { get; init; }

    /// <summary>Writes <c>data</c> without a look at what it is made of; for verbs that are called all the time.</summary>
    public Action<Utf8JsonWriter, TData>? Write { get; init; }

    /// <summary>How people read it.</summary>
    public required Action<Page, TData> Text { get; init; }

    /// <summary>Builds the operation from what was given and executes it.</summary>
    public required Func<Given, CancellationToken, Task<Outcome<TData>>> Run { get; init; }

    /// <inheritdoc/>
    public override JsonTypeInfo DataType => Data();

    /// <inheritdoc/>
    public override async Task<ExitCode> RunAsync(Given given, CancellationToken cancellation)
    {
        var outcome = await Run(given, cancellation);
        var context = given.Context;
        return context.Output.Show(
            outcome, Write ?? ((writer, data) => JsonSerializer.Serialize(writer, data, Data())), Text, context.Clock.GetUtcNow());
    }
}
