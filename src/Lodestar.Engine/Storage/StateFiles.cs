using System.Collections.Immutable;
using Lodestar.Engine.Context;

namespace Lodestar.Engine.Storage;

/// <summary>Every file below <c>.lodestar</c>: what it is to us, whether Git keeps it, and who alone writes it. The ignore
/// file, the health check and resets follow from this table.</summary>
public static class StateFiles
{
    /// <summary>The table.</summary>
    public static ImmutableArray<StateFile> All { get; } =
    [
        new("spec.yaml", StateAuthority.Authoritative, Committed: true, "spec editor"),
        new("charter.yaml", StateAuthority.Authoritative, Committed: true, "people"),
        new(".gitignore", StateAuthority.Derived, Committed: true, "init"),
        new("local.yaml", StateAuthority.Override, Committed: false, "people"),
        new("runtime.sqlite", StateAuthority.Authoritative, Committed: false, "runtime store"),
        new("runtime.sqlite-wal", StateAuthority.Authoritative, Committed: false, "runtime store"),
        new("runtime.sqlite-shm", StateAuthority.Derived, Committed: false, "runtime store"),
        new("runtime.sqlite.lock", StateAuthority.Derived, Committed: false, "runtime store"),
        new("backups/", StateAuthority.Evidence, Committed: false, "runtime store"),
        new("spec.lock", StateAuthority.Derived, Committed: false, "spec editor"),
        new("runs/", StateAuthority.Evidence, Committed: false, "engine"),
        new("cache/", StateAuthority.Derived, Committed: false, "its module"),
    ];

    /// <summary>The content of <c>.lodestar/.gitignore</c>: everything is ignored but what the table commits, so that a file
    /// of a later version is never committed by accident.</summary>
    public static string IgnoreText { get; } = string.Concat(
        ["*\n", .. All.Where(file => file.Committed).Select(file => $"!{file.Path}\n")]);

    /// <summary>The ignore file of a project.</summary>
    public static string IgnorePath(string root) => Path.Combine(root, ContextResolver.StateDirectory, ".gitignore");
}

/// <summary>One file or folder below <c>.lodestar</c>.</summary>
/// <param name="Path">Path from there; a folder ends in a slash.</param>
/// <param name="Authority">What it is to us.</param>
/// <param name="Committed">Whether Git keeps it.</param>
/// <param name="Writer">Who alone writes it.</param>
public sealed record StateFile(string Path, StateAuthority Authority, bool Committed, string Writer);

/// <summary>What a file is to us.</summary>
public enum StateAuthority
{
    /// <summary>The truth.</summary>
    Authoritative,

    /// <summary>Settings of this machine over the truth.</summary>
    Override,

    /// <summary>Proof of what happened.</summary>
    Evidence,

    /// <summary>Can be made again.</summary>
    Derived,
}
