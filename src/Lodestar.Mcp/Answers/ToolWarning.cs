using System.Collections.Immutable;
using Lodestar.Core;

namespace Lodestar.Mcp.Answers;

/// <summary>Something the caller should know although the call was done.</summary>
/// <param name="Type">Stable kebab-case code.</param>
/// <param name="Message">One sentence.</param>
/// <param name="Severity">How much it matters.</param>
internal sealed record ToolWarning(string Type, string Message, string Severity = "warning")
{
    /// <summary>The warnings of an operation.</summary>
    public static ImmutableArray<ToolWarning> Of(IReadOnlyList<Warning> warnings) =>
        [.. warnings.Select(warning => new ToolWarning(warning.Code, warning.Message))];
}
