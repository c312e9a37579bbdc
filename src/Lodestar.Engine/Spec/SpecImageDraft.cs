using Lodestar.Engine.Storage;
using Microsoft.Win32.SafeHandles;

namespace Lodestar.Engine.Spec;

/// <summary>An image on its way: written beside the old one and put in its place whole. It has one name, so a killed
/// process leaves one behind at most, and the next to write takes it over.</summary>
internal sealed class SpecImageDraft : IDisposable
{
    private readonly string path;
    private readonly FileStamp begun;

    private SpecImageDraft(string path, SafeFileHandle file, FileStamp begun)
    {
        this.path = path;
        this.begun = begun;
        File = file;
    }

    /// <summary>The file to write into.</summary>
    internal SafeFileHandle File { get; }

    /// <summary>Begins a draft. That takes the file system's own time, so it comes before the spec is read.</summary>
    /// <returns>Null when nothing can be written there, or another process is writing.</returns>
    internal static SpecImageDraft? TryBegin(string imagePath)
    {
        var path = imagePath + ".new";
        SafeFileHandle? file = null;
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            file = System.IO.File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.None);

            // Between opening and locking, another process may have published this very file.
            if (OperatingSystem.IsLinux() && FileIdentity.Of(path) == FileIdentity.Of($"/proc/self/fd/{file.DangerousGetHandle()}"))
            {
                RandomAccess.SetLength(file, 0);
                WriteFailure.WriteAt(file, [0], 0);
                if (FileStamp.Of(path) is { } begun)
                    return new(path, file, begun);
            }
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            // Without an image every query reads the spec: slower, and as true.
        }

        file?.Dispose();
        return null;
    }

    /// <summary>What may be said of a spec that was looked at, and read, after this draft was begun.</summary>
    internal SpecImageStamp Proof(FileStamp spec) =>
        new(spec, spec.File.Device == begun.File.Device ? begun.Changed : 0);

    /// <summary>Puts the finished draft in the image's place. It is not flushed to disk: what a power loss leaves of it is
    /// told by its checksums.</summary>
    internal void Publish(string imagePath)
    {
        try
        {
            System.IO.File.Move(path, imagePath, overwrite: true);
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            // As above.
        }
    }

    /// <summary>Removes the draft unless it was published.</summary>
    public void Dispose()
    {
        try
        {
            // Published, the name is gone or another's.
            if (FileStamp.Of(path)?.File == begun.File)
                System.IO.File.Delete(path);
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            // The next draft takes its place.
        }

        File.Dispose();
    }
}
