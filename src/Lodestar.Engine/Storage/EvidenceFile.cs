using Lodestar.Core;

namespace Lodestar.Engine.Storage;

/// <summary>Opens files people name: a ledger, a receipt, a transcript.</summary>
internal static class EvidenceFile
{
    /// <summary>Opens a file for reading from beginning to end.</summary>
    /// <exception cref="RefusedException"><c>file-unknown</c>: there is none.</exception>
    /// <exception cref="EnvironmentException"><c>file-unreadable</c>.</exception>
    internal static FileStream OpenRead(string path)
    {
        if (!File.Exists(path))
            throw new RefusedException(new Refusal(
                "file-unknown", $"There is no file {path}.", "Give the path of an existing file.")
            {
                Details = new() { ["path"] = path },
            });
        try
        {
            return new FileStream(path, new FileStreamOptions
            {
                Mode = FileMode.Open,
                Access = FileAccess.Read,
                Share = FileShare.ReadWrite | FileShare.Delete,
                BufferSize = 0,
                Options = FileOptions.SequentialScan,
            });
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            throw new EnvironmentException("file-unreadable", $"{path} cannot be read: {cause.Message}", "Check who may read it.", cause);
        }
    }
}
