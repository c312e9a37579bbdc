using System.Collections.Immutable;
using Lodestar.Core;
using Lodestar.Core.Runs;
using Lodestar.Core.Spec;
using Lodestar.Engine.Storage;

namespace Lodestar.Engine.Spec;

/// <summary>A product document of the repository. Its path stays inside, also through symbolic links.</summary>
public static class PrdFile
{
    /// <summary>Reads a document's normalized text.</summary>
    /// <param name="root">The directory that holds <c>.lodestar</c>.</param>
    /// <param name="source">Path relative to it.</param>
    /// <param name="text">The text; null when refused.</param>
    /// <returns>Null, or the refusal <c>prd-outside</c> or <c>prd-missing</c>.</returns>
    public static Refusal? Read(string root, string source, out string? text)
    {
        text = null;
        var inside = RealPath.Of(root) + Path.DirectorySeparatorChar;
        var path = RealPath.Of(Path.Combine(root, source));
        if (Path.IsPathRooted(source) || !path.StartsWith(inside, StringComparison.Ordinal))
            return Refuse("prd-outside", source, $"The PRD \"{source}\" is not inside the repository.");
        if (!File.Exists(path))
            return Refuse("prd-missing", source, $"There is no PRD \"{source}\".");
        text = PrdText.Normalized(File.ReadAllText(path));
        return null;
    }

    /// <summary>Builds the reference a task keeps: the anchors meant, and the document's digest as it is now.</summary>
    /// <param name="root">The directory that holds <c>.lodestar</c>.</param>
    /// <param name="source">Path relative to it.</param>
    /// <param name="anchors">Headings meant.</param>
    /// <param name="excerpt">Text frozen with the task, or null.</param>
    /// <param name="validate">Whether the document and every anchor must exist.</param>
    /// <returns>The reference, or the refusal <c>prd-outside</c>, <c>prd-missing</c> or <c>prd-anchor-unknown</c>.</returns>
    public static Outcome<PrdReference> Refer(
        string root, string source, ImmutableArray<string> anchors, string? excerpt, bool validate)
    {
        var refusal = Read(root, source, out var text);
        if (refusal is not null && (validate || refusal.Code == "prd-outside"))
            return refusal;
        foreach (var anchor in anchors)
        {
            if (validate && PrdText.Find(text!, anchor) is null)
                return Refuse("prd-anchor-unknown", source, $"The PRD \"{source}\" has no heading for {anchor}.");
        }

        return new PrdReference(
            source,
            [.. anchors.Select(anchor => new PrdSection(anchor.StartsWith('#') ? anchor : "#" + anchor, null))],
            excerpt,
            text is null ? null : "sha256:" + Sha256Text.Of(text));
    }

    private static Refusal Refuse(string code, string source, string message) =>
        new(code, message, "name a file below the repository root, and headings that are in it") { Details = new() { ["prd_source"] = source } };
}
