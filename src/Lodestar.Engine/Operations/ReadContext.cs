using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Lodestar.Core;
using Lodestar.Core.Spec;
using Lodestar.Engine.Spec;

namespace Lodestar.Engine.Operations;

/// <summary>Tells what a task is about: its description and the product intent it was written for, within a budget.</summary>
/// <param name="Task">The task.</param>
/// <param name="MaxChars">Characters of all texts of the answer together.</param>
public sealed record ReadContext(string Task, int MaxChars = ReadContext.DefaultChars)
{
    /// <summary>The budget when none is given.</summary>
    public const int DefaultChars = 1_000;

    /// <summary>The largest budget.</summary>
    public const int MostChars = 10_000_000;

    /// <summary>Runs the operation. Writes nothing.</summary>
    public async Task<Outcome<TaskContext>> ExecuteAsync(EngineSession session, CancellationToken cancellation)
    {
        if (MaxChars is < 1 or > MostChars)
        {
            return new Refusal("limit-out-of-range", $"{MaxChars} characters cannot be told.", $"give --max-chars from 1 to {MostChars}")
            {
                Details = new() { ["max_chars"] = MaxChars, ["most"] = MostChars },
            };
        }

        var found = await session.QueryAsync(plane => plane.Task(Task), cancellation).ConfigureAwait(false);
        return found.Data is { } task
            ? TaskContext.Of(session.Context.Root.Value, task, new ContextBudget(MaxChars))
            : found.Refusal!;
    }
}

/// <summary>What a task is about.</summary>
public sealed record TaskContext
{
    private const int MostWarnings = 8;

    /// <summary>The task.</summary>
    public required TaskId TaskId { get; init; }

    /// <summary>One line.</summary>
    public required string Title { get; init; }

    /// <summary>Free text.</summary>
    public required string Description { get; init; }

    /// <summary>What a reviewer checks.</summary>
    public required ImmutableArray<string> AcceptanceCriteria { get; init; }

    /// <summary>The document its intent stands in, the first of several; absent without one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? PrdSource { get; init; }

    /// <summary>The sections it names; absent without a document.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ImmutableArray<ContextRef>? PrdRefs { get; init; }

    /// <summary>The frozen product intent; absent when there is none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? PrdExcerpt { get; init; }

    /// <summary>The sections that were found, with their text; absent when there are none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ImmutableArray<TaskContextSection>? PrdSections { get; init; }

    /// <summary>How the documents differ from what was agreed on; absent without a document.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ImmutableArray<TaskContextDrift>? PrdDrift { get; init; }

    /// <summary>Description, excerpt and sections in one text; absent where the parts suffice.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Content { get; init; }

    /// <summary>True when something was cut or left out for the budget.</summary>
    public required bool Truncated { get; init; }

    /// <summary>Gathers the context of a task. A document that is missing or changed is a warning, never a refusal.</summary>
    internal static Outcome<TaskContext> Of(string root, TaskDefinition task, ContextBudget budget)
    {
        var drifts = new List<PrdDrift>();
        var sections = new List<ContextSection>();
        foreach (var prd in task.Prd)
        {
            var read = PrdFile.Read(root, prd.Source);
            if (read.Refusal is { } refusal)
                drifts.Add(Core.Spec.PrdDrift.Unread(task.Id, prd, refusal));
            if (read.Data is not { } document)
                continue;
            drifts.AddRange(Core.Spec.PrdDrift.Of(task.Id, prd, document));
            foreach (var section in prd.Refs)
            {
                if (document.Find(section) is { } range)
                    sections.Add(new(RefOf(prd, section), range.First, range.Last, document.TextOf(range)));
            }
        }

        var excerpts = task.Prd.Select(prd => prd.Excerpt).OfType<string>().ToArray();
        var fitted = budget.Fit(new(
            task.Title, task.Description, task.AcceptanceCriteria, excerpts.Length == 0 ? null : string.Join("\n\n", excerpts),
            [.. task.Prd.SelectMany(prd => prd.Refs.Select(section => RefOf(prd, section)))], [.. sections]));
        return Outcome<TaskContext>.Done(Answer(task, fitted, drifts), Next(task.Id, fitted, drifts), Warnings(drifts));
    }

    private static TaskContext Answer(TaskDefinition task, FittedContext fitted, List<PrdDrift> drifts) => new()
    {
        TaskId = task.Id,
        Title = fitted.Parts.Title,
        Description = fitted.Parts.Description,
        AcceptanceCriteria = fitted.Parts.AcceptanceCriteria,
        PrdSource = task.Prd.IsEmpty ? null : task.Prd[0].Source,
        PrdRefs = task.Prd.IsEmpty ? null : fitted.Parts.Refs,
        PrdExcerpt = fitted.Parts.Excerpt,
        PrdSections = fitted.Parts.Sections.IsEmpty
            ? null
            : [.. fitted.Parts.Sections.Select(one => new TaskContextSection(one.Ref.Source, one.Ref.Anchor, [one.First, one.Last], one.Content))],
        PrdDrift = task.Prd.IsEmpty
            ? null
            : [.. drifts.Take(MostWarnings).Select(drift => new TaskContextDrift(drift.Source, drift.Anchor, drift.State))],
        Content = fitted.Content,
        Truncated = fitted.Truncated,
    };

    private static ContextRef RefOf(PrdReference prd, PrdSection section) => new(prd.Source, section.Anchor, section.Lines);

    private static Warning[] Warnings(List<PrdDrift> drifts) =>
    [
        .. drifts.Take(MostWarnings).Select(drift => drift.Warning),
        .. drifts.Count > MostWarnings ? [new Warning("prd-drift", $"{drifts.Count - MostWarnings} more differences are not listed.")] : Array.Empty<Warning>(),
    ];

    private static NextAction[] Next(TaskId task, FittedContext fitted, List<PrdDrift> drifts)
    {
        var word = ShellWord.Quote(task.Value);
        var next = new List<NextAction>();
        if (fitted.Truncated)
            next.Add(new("task.context", $"lodestar task context {word} --max-chars {Math.Max(4 * ContextBudget.Floor, 10 * ReadContext.DefaultChars)}", "Read more of it"));
        if (drifts.Exists(drift => drift.State is Core.Spec.PrdDrift.Changed or Core.Spec.PrdDrift.Elsewhere))
            next.Add(new("task.update", $"lodestar task update {word} --rebaseline-prd", "Agree to the documents as they are now, once the task still fits them"));
        return [.. next];
    }
}

/// <summary>A section of a document.</summary>
/// <param name="Source">The document.</param>
/// <param name="Anchor">What names it.</param>
/// <param name="Lines">First and last line it has now.</param>
/// <param name="Content">Its text.</param>
public sealed record TaskContextSection(string Source, string Anchor, ImmutableArray<int> Lines, string Content);

/// <summary>A difference from what was agreed on.</summary>
/// <param name="Source">The document.</param>
/// <param name="Anchor">The section; null for the document as a whole.</param>
/// <param name="State"><c>changed</c>, <c>changed-elsewhere</c>, <c>section-missing</c>, <c>missing</c>, <c>outside</c> or <c>unreadable</c>.</param>
public sealed record TaskContextDrift(string Source, string? Anchor, string State);
