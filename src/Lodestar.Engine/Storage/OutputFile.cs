namespace Lodestar.Engine.Storage;

/// <summary>A file that is written, without a buffer of its own. Where it may not grow that is an <see cref="IOException"/>, as
/// where the disk is full.</summary>
/// <param name="path">The file.</param>
/// <param name="mode">Whether it is made, replaced or appended to.</param>
/// <param name="share">What others may do meanwhile.</param>
/// <param name="permissions">Its permissions when it is made; null for the usual ones.</param>
public sealed class OutputFile(string path, FileMode mode, FileShare share, UnixFileMode? permissions = null)
    : FileStream(path, Options(mode, share, permissions))
{
    // All other ways to write lead here: for a derived class the stream's own are built on these two.

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count)
    {
        try
        {
            base.Write(buffer, offset, count);
        }
        catch (ArgumentOutOfRangeException cause) when (IsRange(buffer, offset, count))
        {
            throw WriteFailure.TooLarge(cause);
        }
    }

    /// <inheritdoc/>
    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Write(buffer, offset, count);
        return Task.CompletedTask;
    }

    private static bool IsRange(byte[] buffer, int offset, int count) => offset >= 0 && count >= 0 && offset <= buffer.Length - count;

    private static FileStreamOptions Options(FileMode mode, FileShare share, UnixFileMode? permissions)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.Write, Share = share, BufferSize = 0 };
        if (permissions is not null && !OperatingSystem.IsWindows())
            options.UnixCreateMode = permissions;
        return options;
    }
}
