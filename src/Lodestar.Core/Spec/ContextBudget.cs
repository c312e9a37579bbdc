using System.Collections.Immutable;

namespace Lodestar.Core.Spec;

/// <summary>What a worker is told of a task: the parts, and their texts in one.</summary>
/// <param name="Title">One line.</param>
/// <param name="Description">Free text.</param>
/// <param name="AcceptanceCriteria">What a reviewer checks.</param>
/// <param name="Excerpt">Frozen product intent, or null.</param>
/// <param name="Refs">Sections the task names.</param>
/// <param name="Sections">Those that were found, with their text.</param>
public sealed record ContextParts(
    string Title,
    string Description,
    ImmutableArray<string> AcceptanceCriteria,
    string? Excerpt,
    ImmutableArray<ContextRef> Refs,
    ImmutableArray<ContextSection> Sections)
{
    /// <summary>Description, excerpt and sections in one text.</summary>
    public string Content => string.Join('\n', new[] { Description, Excerpt }.Concat(Sections.Select(section => section.Content)).OfType<string>());

    /// <summary>How many characters the parts have together.</summary>
    public int Size => Title.Length + Description.Length + AcceptanceCriteria.Sum(one => one.Length) + (Excerpt?.Length ?? 0)
        + Refs.Sum(one => one.Size) + Sections.Sum(one => one.Ref.Size + one.Content.Length);
}

/// <summary>A section a task names.</summary>
/// <param name="Source">The document.</param>
/// <param name="Anchor">Heading anchor, as written.</param>
/// <param name="Lines">First and last line, where the task names them.</param>
public sealed record ContextRef(string Source, string Anchor, ImmutableArray<int>? Lines)
{
    internal int Size => Source.Length + Anchor.Length;
}

/// <summary>A section that was found.</summary>
/// <param name="Ref">What names it.</param>
/// <param name="First">Its first line.</param>
/// <param name="Last">Its last line.</param>
/// <param name="Content">Its text.</param>
public sealed record ContextSection(ContextRef Ref, int First, int Last, string Content);

/// <summary>Context cut to a budget.</summary>
/// <param name="Parts">The parts.</param>
/// <param name="Content">Their texts in one; null when it was not asked for.</param>
/// <param name="Truncated">True when anything was cut or left out.</param>
public sealed record FittedContext(ContextParts Parts, string? Content, bool Truncated);

/// <summary>One budget for all that is told of a task, so that a caller who has little room gets little.</summary>
/// <param name="Limit">Characters of all texts together; a budget below <see cref="Floor"/> still bounds the content.</param>
/// <param name="WithContent">Whether the texts in one are told besides the parts.</param>
public readonly record struct ContextBudget(int Limit, bool WithContent = true)
{
    /// <summary>Less than this leaves no room to name the task and its sections.</summary>
    public const int Floor = 256;

    /// <summary>The parts and their content within the budget; all of it, where that fits.</summary>
    public FittedContext Fit(ContextParts parts)
    {
        var whole = WithContent ? parts.Content : "";
        var content = PrdText.Cut(whole, Limit);
        var room = Math.Max(Limit, Floor);
        if (parts.Size + content.Length <= room)
            return new(parts, WithContent ? content : null, content.Length < whole.Length);

        // What names things comes first, then the texts: half in one, half by part, as both were asked for.
        var title = PrdText.Cut(parts.Title, room / 8);
        var named = room / 4;
        ImmutableArray<ContextRef> refs = [.. parts.Refs.TakeWhile(one => (named -= one.Size) >= 0)];
        var left = room - title.Length - refs.Sum(one => one.Size);
        content = PrdText.Cut(whole, Math.Min(Limit, left / 2));
        return new(Cut(parts, left - content.Length) with { Title = title, Refs = refs }, WithContent ? content : null, true);
    }

    private static ContextParts Cut(ContextParts parts, int room)
    {
        var left = room;
        string Take(string text)
        {
            var taken = PrdText.Cut(text, left);
            left -= taken.Length;
            return taken;
        }

        var description = Take(parts.Description);
        var criteria = parts.AcceptanceCriteria.Select(Take).TakeWhile(one => one.Length > 0).ToImmutableArray();
        var excerpt = parts.Excerpt is null ? null : Take(parts.Excerpt);
        var sections = ImmutableArray.CreateBuilder<ContextSection>();
        foreach (var section in parts.Sections.Where(one => one.Ref.Size < left))
        {
            left -= section.Ref.Size;
            sections.Add(section with { Content = Take(section.Content) });
        }

        return parts with { Description = description, AcceptanceCriteria = criteria, Excerpt = excerpt, Sections = sections.ToImmutable() };
    }
}
