using System.Collections.Immutable;

namespace Lodestar.Core.Spec;

/// <summary>How a document differs from what a task was agreed on.</summary>
/// <param name="Source">The document.</param>
/// <param name="Anchor">The section; null for the document as a whole.</param>
/// <param name="State"><c>changed</c>, <c>changed-elsewhere</c>, <c>section-missing</c>, or why the document cannot be read.</param>
/// <param name="Warning">The same for people.</param>
public sealed record PrdDrift(string Source, string? Anchor, string State, Warning Warning)
{
    /// <summary>State: the text is another one than agreed on.</summary>
    public const string Changed = "changed";

    /// <summary>State: the document changed, but none of the sections the task names.</summary>
    public const string Elsewhere = "changed-elsewhere";

    /// <summary>State: the anchor or the lines name nothing any more.</summary>
    public const string SectionMissing = "section-missing";

    /// <summary>Holds a reference against its document.</summary>
    /// <param name="task">The task that has it.</param>
    /// <param name="prd">The reference.</param>
    /// <param name="document">The document as it is now.</param>
    public static ImmutableArray<PrdDrift> Of(TaskId task, PrdReference prd, PrdDocument document)
    {
        var drifts = ImmutableArray.CreateBuilder<PrdDrift>();
        var known = !prd.Refs.IsEmpty;
        foreach (var section in prd.Refs)
        {
            var name = Name(section);
            if (document.TextOf(section) is not { } text)
                drifts.Add(new(prd.Source, name, SectionMissing, new("prd-section-missing", $"{prd.Source} has no section {name} any more, which task {task} names.")));
            else if (section.Hash is { } hash && !PrdText.IsDigestOf(hash, text))
                drifts.Add(new(prd.Source, name, Changed, new("prd-drift", $"Section {name} of {prd.Source} has changed since task {task} was agreed on.")));
            known &= section.Hash is not null;
        }

        if (prd.PrdHash is { } whole && !PrdText.IsDigestOf(whole, document.Text))
            drifts.Add(Whole(task, prd.Source, known && drifts.Count == 0));
        return drifts.ToImmutable();
    }

    /// <summary>A document that cannot be read.</summary>
    public static PrdDrift Unread(TaskId task, PrdReference prd, Refusal refusal) => new(
        prd.Source, null, refusal.Code["prd-".Length..], new(refusal.Code, $"{refusal.Message.TrimEnd('.')}, which task {task} refers to."));

    /// <summary>How a section is called in messages.</summary>
    public static string Name(PrdSection section) => section.Lines is { Length: 2 } lines
        ? $"#L{lines[0]}-L{lines[1]}"
        : section.Anchor;

    private static PrdDrift Whole(TaskId task, string source, bool elsewhere) => elsewhere
        ? new(source, null, Elsewhere, new("prd-changed-elsewhere", $"{source} has changed since task {task} was agreed on, but in no section the task names."))
        : new(source, null, Changed, new("prd-drift", $"{source} has changed since task {task} was agreed on."));
}
