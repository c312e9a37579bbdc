using System.CommandLine;
using System.CommandLine.Completions;
using Lodestar.Core.Spec;
using Lodestar.Engine.Operations;

namespace Lodestar.Cli.Commands;

/// <summary>A status set by hand.</summary>
internal sealed class StatusInputs
{
    private readonly Option<string> word = Inputs.Text("--status", $"A status set by hand: {string.Join(", ", StatusText.All)}.", "-s");
    private readonly Option<bool> force = Inputs.Flag("--force", "Insist on a status that has a verb of its own.");
    private readonly Option<string> reason = Inputs.Text("--reason", "Why the status is forced; kept with the event.");

    /// <summary>Declares the options.</summary>
    public StatusInputs() => word.CompletionSources.Add(_ => StatusText.All.Select(status => new CompletionItem(status)));

    /// <summary>The options.</summary>
    public IReadOnlyList<Symbol> All => [word, force, reason];

    /// <summary>Whether the caller insists.</summary>
    public bool Force(Given given) => given.Get(force);

    /// <summary>Why.</summary>
    public string? Reason(Given given) => given.Get(reason);

    /// <summary>What was asked for, or null.</summary>
    public TaskStatusChange? Read(Given given) =>
        given.Get(word) is { } status ? new TaskStatusChange(status, given.Get(force), given.Get(reason)) : null;
}

/// <summary>Adding to and removing from one list of a task.</summary>
internal sealed class ListInputs(string name, string what, params string[] add)
{
    private readonly Option<string[]> added =
        Inputs.Texts(add.Length > 0 ? add[0] : $"--add-{name}", $"Add {what}.", add.Length > 0 ? add[1..] : []);
    private readonly Option<string[]> removed = Inputs.Texts($"--remove-{name}", $"Remove {what}.");

    /// <summary>The options.</summary>
    public IReadOnlyList<Symbol> All => [added, removed];

    /// <summary>What was asked for.</summary>
    public ListChange Read(Given given) => new([.. given.All(added)], [.. given.All(removed)]);
}

/// <summary>Product intent of a task.</summary>
internal sealed class PrdInputs
{
    private readonly Option<string> source = Inputs.Text("--prd-source", "The product document, relative to the repository root.");
    private readonly Option<string[]> sections = Inputs.Texts(
        "--prd-ref", "A section: a heading (#login) or lines (#L10-L40), with a path before the # where it is in another document.");
    private readonly Option<string> excerpt = Inputs.Text("--prd-excerpt", "Text to freeze with the task.");
    private readonly Option<bool> validate = Inputs.Flag("--validate-prd", "Refuse when document or section do not exist; the default.");
    private readonly Option<bool> trust = Inputs.Flag("--no-validate-prd", "Do not look whether document and section exist.");
    private readonly Option<bool> rebaseline = Inputs.Flag("--rebaseline-prd", "Agree to the documents as they are now, so that they count as unchanged.");
    private readonly Option<bool> clear = Inputs.Flag("--clear-prd", "Remove the reference to product documents.");

    /// <summary>The options for a new task.</summary>
    public IReadOnlyList<Symbol> ForNew => [source, sections, excerpt, validate, trust];

    /// <summary>The options for one that is there.</summary>
    public IReadOnlyList<Symbol> All => [.. ForNew, rebaseline, clear];

    /// <summary>Whether documents and sections are taken as named.</summary>
    public bool Trusts(Given given) => given.Get(trust);

    /// <summary>What was asked for, or null.</summary>
    public PrdRequest? Read(Given given)
    {
        if (given.Get(validate) && given.Get(trust))
            throw new UsageException("--validate-prd and --no-validate-prd exclude each other.");
        var (renew, remove) = (given.Get(rebaseline), given.Get(clear));
        var changes = given.Has(source) || given.Has(sections) || given.Has(excerpt);
        if (remove && (changes || renew))
            throw new UsageException("--clear-prd removes all of it; give it without the other options of the PRD.");
        return changes || renew || remove
            ? new PrdRequest(given.Get(source), [.. given.All(sections)], given.Get(excerpt), !given.Get(trust), renew, remove)
            : null;
    }
}
