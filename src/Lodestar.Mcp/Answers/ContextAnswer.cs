using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Lodestar.Core;
using Lodestar.Core.Spec;
using Lodestar.Engine.Operations;

namespace Lodestar.Mcp.Answers;

/// <summary>What a task is about.</summary>
internal sealed record ContextAnswer(
    TaskId TaskId,
    string Title,
    string Description,
    ImmutableArray<string> AcceptanceCriteria,
    string? PrdSource,
    ImmutableArray<ContextAnswer.Named> PrdRefs,
    string? PrdExcerpt,
    ContextAnswer.Change? Drift,
    string Content,
    bool Truncated,
    ImmutableArray<ToolWarning> Warnings)
{
    /// <summary>The sections that were found; absent when there are none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ImmutableArray<Text>? PrdSections { get; init; }

    /// <summary>The answer for a context.</summary>
    public static ContextAnswer Of(Outcome<TaskContext> outcome)
    {
        var context = outcome.Data!;
        return new(
            context.TaskId,
            context.Title,
            context.Description,
            context.AcceptanceCriteria,
            context.PrdSource,
            [.. (context.PrdRefs ?? []).Select(section => new Named(section.Anchor, section.Lines))],
            context.PrdExcerpt,
            context.PrdDrift is { } drift ? Change.Of(drift) : null,
            context.Content ?? "",
            context.Truncated,
            ToolWarning.Of(outcome.Warnings))
        {
            PrdSections = context.PrdSections is { } found
                ? [.. found.Select(section => new Text(section.Source, section.Anchor, section.Lines, section.Content))]
                : null,
        };
    }

    /// <summary>A section the task names.</summary>
    internal sealed record Named(string Anchor, ImmutableArray<int>? Lines);

    /// <summary>A section with its text.</summary>
    internal sealed record Text(string Source, string Anchor, ImmutableArray<int> Lines, string Content);

    /// <summary>Whether the documents say something else than was agreed on.</summary>
    /// <param name="Changed">Whether what the task names has changed.</param>
    /// <param name="Details">Where to look; null when nothing has.</param>
    /// <param name="Places">Every difference.</param>
    internal sealed record Change(bool Changed, string? Details, ImmutableArray<TaskContextDrift> Places)
    {
        /// <summary>The change that differences amount to.</summary>
        public static Change Of(ImmutableArray<TaskContextDrift> drift)
        {
            var documents = drift.Where(one => one.State is PrdDrift.Changed or PrdDrift.SectionMissing).Select(one => one.Source).Distinct().ToArray();
            return new(
                documents.Length > 0,
                documents.Length == 0 ? null : $"PRD has changed since task creation. Review {string.Join(", ", documents)} for updates.",
                drift);
        }
    }
}
