using System.Text;
using Lodestar.Core.Lanes;
using Lodestar.Core.Policy;
using Lodestar.Core.Runs;
using Lodestar.Core.Supervision;
using Lodestar.Engine.Git;
using Lodestar.Engine.Spec;

namespace Lodestar.Engine.Supervision;

/// <summary>Which changes a spec maintainer may make: to the charter's documents, in the sections named there, and to no
/// protected path.</summary>
internal sealed class SpecBounds(RunPlan plan, IRepository repository)
{
    /// <summary>Changed files that are looked at; a maintainer that changes more has left its bounds.</summary>
    internal const int MostFindings = 100;

    private const int MostBytes = 4 * 1024 * 1024;
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>What is wrong with a change; null when it is in bounds.</summary>
    /// <param name="change">The change.</param>
    /// <param name="before">Object name of the content before it; null for a new file.</param>
    /// <param name="cancellation">Ends the wait.</param>
    internal async Task<Finding?> ProblemAsync(PathChange change, string? before, CancellationToken cancellation)
    {
        if (FileScope.Of(plan.ProtectedPaths).Names(change.Path))
            return new Finding("protected-path", $"The commit changes protected path {change.Path}.");
        if (plan.SpecDocuments.FirstOrDefault(document => document.Path == change.Path) is not { } document)
            return NoDocument(change.Path);
        if (change.Kind is not ('A' or 'M'))
            return new Finding("spec-out-of-bounds", $"The spec maintainer removed {change.Path} or made something else of it.");
        if (document.IsWhole)
            return null;
        if (before is null)
            return new Finding(
                "spec-out-of-bounds", $"The spec maintainer made {change.Path}, of which only sections may change.");
        var (old, now) = (await TextAsync(before, cancellation), await TextAsync(change.Blob!, cancellation));
        try
        {
            if (old is not null && now is not null)
                return Frame(old, document) == Frame(now, document)
                    ? null
                    : new Finding("spec-out-of-bounds", $"The spec maintainer changed {change.Path} outside of {Allowed(old, document)}.");
        }
        catch (ArgumentException)
        {
            // Nested deeper than any document: there is no saying where its sections are.
        }

        return new Finding(
            "spec-out-of-bounds", $"{change.Path} is no Markdown of at most {MostBytes >> 20} MiB, so nobody can say which section changed.");
    }

    /// <summary>The finding for a file that is no document of the specification.</summary>
    internal static Finding NoDocument(string path) =>
        new Finding("spec-out-of-bounds", $"The spec maintainer changed {path}, which is not among the charter's spec_documents.");

    private static string Frame(string text, MaintainedDocument document) =>
        DocumentFrame.Of(text, MarkdownOutline.Headings(text), document.Sections);

    private static string Allowed(string text, MaintainedDocument document)
    {
        var missing = DocumentFrame.Missing(MarkdownOutline.Headings(text), document.Sections).ToHashSet();
        return string.Join(", ", document.Sections.Select(one => missing.Contains(one) ? $"\"{one}\" (no such heading)" : $"\"{one}\""));
    }

    private async Task<string?> TextAsync(string blob, CancellationToken cancellation)
    {
        if (await repository.ReadBlobAsync(blob, cancellation) is not { Length: <= MostBytes } bytes)
            return null;
        try
        {
            return Strict.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }
}
