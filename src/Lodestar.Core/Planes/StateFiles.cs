using System.Collections.Immutable;

namespace Lodestar.Core.Planes;

/// <summary>Every file and folder Lodestar keeps, declared once: the ignore file, health checks, reset and clean-up are all made from it.</summary>
/// <param name="Path">Below <c>.lodestar</c>; a folder ends in a slash, <c>*</c> stands for part of a name.</param>
/// <param name="Authority">What its content is worth.</param>
/// <param name="IsCommitted">True when it belongs into Git.</param>
/// <param name="Writer">Who alone writes it.</param>
public sealed record StateFile(string Path, StateAuthority Authority, bool IsCommitted, string Writer);

/// <summary>What the content of a state file is worth.</summary>
public enum StateAuthority
{
    /// <summary>The only place where it is known.</summary>
    Authoritative,

    /// <summary>Can be made again from an authoritative file.</summary>
    Derived,

    /// <summary>Proof of what happened; nothing decides by it.</summary>
    Evidence,

    /// <summary>Means nothing once its writer is gone.</summary>
    Transient,
}

/// <summary>The table of state files.</summary>
public static class StateFiles
{
    /// <summary>The folder all of them are in.</summary>
    public const string Folder = ".lodestar";

    /// <summary>All of them.</summary>
    public static ImmutableArray<StateFile> All { get; } =
    [
        new("spec.yaml", StateAuthority.Authoritative, true, "spec editor"),
        new("charter.yaml", StateAuthority.Authoritative, true, "people"),
        new(".gitignore", StateAuthority.Derived, true, "init"),
        new("local.yaml", StateAuthority.Authoritative, false, "people"),
        new("runtime.sqlite*", StateAuthority.Authoritative, false, "runtime store"),
        new("runs/", StateAuthority.Evidence, false, "engine"),
        new("cache/", StateAuthority.Derived, false, "the module a cache belongs to"),
        new("*.lock", StateAuthority.Transient, false, "whoever holds the lock"),
        new("*.tmp", StateAuthority.Transient, false, "a file being replaced"),
    ];

    /// <summary>The content of <c>.lodestar/.gitignore</c>.</summary>
    public static string IgnoreFile { get; } =
        "# Written by lodestar init: execution state stays out of Git.\n"
        + string.Concat(All.Where(file => !file.IsCommitted).Select(file => $"/{file.Path}\n"));
}
