using System.Collections.Immutable;

namespace Lodestar.Core.Policy;

/// <summary>A document of the specification, and what of it a spec maintainer may change.</summary>
/// <param name="Path">Path from the repository's root, <c>/</c>-separated.</param>
/// <param name="Sections">Headings whose sections may change, with or without their leading <c>#</c>s; <c>*</c> is the whole
/// document.</param>
public sealed record MaintainedDocument(string Path, ImmutableArray<string> Sections)
{
    /// <summary>The word for the whole document.</summary>
    public const string Everything = "*";

    /// <summary>True when the whole document may change, or be made.</summary>
    public bool IsWhole => Sections.Contains(Everything);

    /// <summary>The document in words, for people and briefings.</summary>
    public override string ToString() => IsWhole ? Path : $"{Path}: {string.Join(", ", Sections)}";
}
