using Lodestar.Core;
using Lodestar.Core.Policy;
using Lodestar.Engine.Yaml;

namespace Lodestar.Engine.Spec;

/// <summary>The files of governance: <c>charter.yaml</c>, committed, and <c>local.yaml</c>, this machine's. Neither need be
/// there, and nothing here writes them.</summary>
/// <param name="root">The directory that holds <c>.lodestar</c>.</param>
public sealed class CharterFile(string root)
{
    /// <summary>The charter's path below the root.</summary>
    public const string CharterPath = ".lodestar/charter.yaml";

    /// <summary>The machine settings' path below the root.</summary>
    public const string LocalPath = ".lodestar/local.yaml";

    // A missing file is no error here, so its code never leaves this class.
    private static readonly SourceCodes Codes = new("charter-missing", "charter-invalid", "charter-unreadable");

    /// <summary>Reads the charter; without the file, what is built in.</summary>
    /// <returns>The charter, or the refusal <c>charter-invalid</c>.</returns>
    /// <exception cref="EnvironmentException">The file cannot be read (<c>charter-unreadable</c>).</exception>
    public Outcome<Charter> Load() => Load(CharterPath, CharterReader.Read, Charter.BuiltIn);

    /// <summary>Reads this machine's settings; without the file, none.</summary>
    /// <returns>The settings, or the refusal <c>charter-invalid</c>.</returns>
    /// <exception cref="EnvironmentException">The file cannot be read (<c>charter-unreadable</c>).</exception>
    public Outcome<LocalSettings> LoadLocal() => Load(LocalPath, CharterReader.ReadLocal, LocalSettings.None);

    private Outcome<T> Load<T>(string path, Func<string, Outcome<T>> read, T builtIn)
        where T : class
    {
        var source = SourceText.Read(Path.Combine(root, path), path, Codes);
        if (source.Data is { } found)
            return read(found.Text);
        return source.Refusal!.Code == Codes.Missing ? builtIn : source.Refusal;
    }
}
