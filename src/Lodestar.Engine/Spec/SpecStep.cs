using Lodestar.Core;

namespace Lodestar.Engine.Spec;

/// <summary>One change of a spec: in its text, and in what the text then says.</summary>
/// <param name="Edits">What changes in the text; null when the file's form allows no surgical change, none when nothing does.</param>
/// <param name="Change">What changes in the model.</param>
internal sealed record SpecStep(IReadOnlyList<TextEdit>? Edits, Action<SpecDraft> Change)
{
    /// <summary>A step that changes nothing.</summary>
    internal static SpecStep None { get; } = new([], static _ => { });

    /// <summary>A step of one edit.</summary>
    internal static SpecStep Of(TextEdit? edit, Action<SpecDraft> change) => new(edit is { } made ? [made] : null, change);

    /// <summary>Takes steps one behind the other. They are tried all at once, as reading a large file again for each costs most
    /// of the time; where they get in each other's way, each is made on what the one before has left.</summary>
    /// <param name="document">The spec as it is.</param>
    /// <param name="steps">Each gives its change of the document it is shown.</param>
    /// <returns>The new spec, read again and held against the model it should give.</returns>
    internal static Outcome<SpecDocument> Take(SpecDocument document, IReadOnlyList<Func<SpecDocument, Outcome<SpecStep>>> steps)
    {
        if (steps.Count > 1 && Together(document, steps) is { } done)
            return done;
        foreach (var step in steps)
        {
            var planned = step(document);
            if (planned.Data is not { } change)
                return planned.Refusal!;
            if (change.Edits is { Count: 0 })
                continue;
            var draft = new SpecDraft(document.Spec);
            change.Change(draft);
            var after = SpecEditor.Finish(document, change.Edits, draft.ToSpec());
            if (after.Data is null)
                return after;
            document = after.Data;
        }

        return document;
    }

    private static SpecDocument? Together(SpecDocument document, IReadOnlyList<Func<SpecDocument, Outcome<SpecStep>>> steps)
    {
        var edits = new List<TextEdit>();
        var expected = new SpecDraft(document.Spec);
        foreach (var step in steps)
        {
            if (step(document).Data is not { Edits: { } some } change)
                return null;
            edits.AddRange(some);
            change.Change(expected);
        }

        return edits.Count == 0 ? document : SpecEditor.Finish(document, edits, expected.ToSpec()).Data;
    }
}
