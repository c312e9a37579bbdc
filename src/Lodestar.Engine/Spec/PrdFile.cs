using System.Collections.Immutable;
using System.Text;
using Lodestar.Core;
using Lodestar.Core.Spec;
using Lodestar.Engine.Storage;

namespace Lodestar.Engine.Spec;

/// <summary>A product document of the repository. Its path stays inside, also through symbolic links.</summary>
public static class PrdFile
{
    private const int MaxBytes = 8 * 1024 * 1024;
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Reads a document.</summary>
    /// <param name="root">The directory that holds <c>.lodestar</c>.</param>
    /// <param name="source">Path relative to it.</param>
    /// <returns>The document, or the refusal <c>prd-outside</c>, <c>prd-missing</c> or <c>prd-unreadable</c>.</returns>
    public static Outcome<PrdDocument> Read(string root, string source)
    {
        try
        {
            var inside = RealPath.Of(root) + Path.DirectorySeparatorChar;
            var path = RealPath.Of(Path.Combine(root, source));
            if (Path.IsPathRooted(source) || !path.StartsWith(inside, StringComparison.Ordinal))
                return Refuse("prd-outside", source, $"The PRD \"{source}\" is not inside the repository.");
            if (!File.Exists(path))
                return Refuse("prd-missing", source, $"There is no PRD \"{source}\".");
            if (new FileInfo(path).Length > MaxBytes)
                return Unreadable(source, $"it is larger than {MaxBytes / 1024 / 1024} MiB");
            var text = Strict.GetString(File.ReadAllBytes(path));
            return MarkdownOutline.Read(PrdText.Normalized(text is ['\uFEFF', ..] ? text[1..] : text));
        }
        catch (DecoderFallbackException)
        {
            return Unreadable(source, "it is not UTF-8");
        }
        catch (ArgumentException)
        {
            // The parser's bound on nesting.
            return Unreadable(source, "it is nested too deeply");
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            return Unreadable(source, cause.Message);
        }
    }

    /// <summary>Builds the reference a task keeps: the sections meant, and digests of them and of the document as they are now.</summary>
    /// <param name="root">The directory that holds <c>.lodestar</c>.</param>
    /// <param name="prd">What is referred to; its digests are ignored.</param>
    /// <param name="validate">Whether the document and every section must exist.</param>
    /// <returns>The reference, or the refusal <c>prd-outside</c>, <c>prd-missing</c>, <c>prd-unreadable</c> or <c>prd-anchor-unknown</c>.</returns>
    public static Outcome<PrdReference> Refer(string root, PrdReference prd, bool validate)
    {
        var read = Read(root, prd.Source);
        if (read.Refusal is { } refusal && (validate || refusal.Code == "prd-outside"))
            return refusal;
        if (read.Data is not { } document)
            return prd with { PrdHash = null, Refs = [.. prd.Refs.Select(section => section with { Hash = null })] };

        var refs = ImmutableArray.CreateBuilder<PrdSection>(prd.Refs.Length);
        foreach (var section in prd.Refs)
        {
            var text = document.TextOf(section);
            if (validate && text is null)
                return Refuse("prd-anchor-unknown", prd.Source, $"The PRD \"{prd.Source}\" has no section {PrdDrift.Name(section)}.");
            refs.Add(section with { Hash = text is null ? null : PrdText.Digest(text) });
        }

        return prd with { PrdHash = PrdText.Digest(document.Text), Refs = refs.ToImmutable() };
    }

    private static Refusal Unreadable(string source, string why) =>
        Refuse("prd-unreadable", source, $"The PRD \"{source}\" cannot be read: {why}.");

    private static Refusal Refuse(string code, string source, string message) =>
        new(code, message, "name a file below the repository root, and headings that are in it") { Details = new() { ["prd_source"] = source } };
}
