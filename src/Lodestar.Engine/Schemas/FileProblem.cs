using System.Collections.Immutable;

namespace Lodestar.Engine.Schemas;

/// <summary>One thing wrong with a file.</summary>
/// <param name="Line">From 1.</param>
/// <param name="Column">From 1, in bytes; 1 when only the line is known.</param>
/// <param name="At">The part meant, from <c>$</c> down; <c>$</c> when it is the whole line or file.</param>
/// <param name="Rule">Stable name of the rule it breaks.</param>
/// <param name="Message">One sentence.</param>
public sealed record FileProblem(long Line, int Column, string At, string Rule, string Message);

/// <summary>Gathers what is wrong with a file; the list is bounded, the count is not.</summary>
internal sealed class FileProblems
{
    /// <summary>Most problems that are listed.</summary>
    internal const int Most = 100;

    private readonly List<FileProblem> listed = [];

    /// <summary>How many there are, listed or not.</summary>
    internal int Count { get; private set; }

    /// <summary>Those that are listed, in the order of the file.</summary>
    internal ImmutableArray<FileProblem> Listed => [.. listed.OrderBy(problem => problem.Line).ThenBy(problem => problem.Column)];

    internal void Add(FileProblem problem)
    {
        Count++;
        if (listed.Count < Most)
            listed.Add(problem);
    }

    internal void Add(long line, string rule, string message) => Add(new FileProblem(line, 1, "$", rule, message));
}
