using Lodestar.Core;
using Lodestar.Core.Spec;
using Lodestar.Engine.Storage;
using Lodestar.Engine.Yaml;

namespace Lodestar.Engine.Spec;

/// <summary>The file <c>.lodestar/spec.yaml</c>. Reading takes no lock and writes nothing; writing is read-edit-validate-replace
/// under one lock, so that concurrent writers never erase each other's change.</summary>
/// <param name="root">The directory that holds <c>.lodestar</c>.</param>
public sealed class SpecFile(string root)
{
    /// <summary>The file's path below the root.</summary>
    public const string RelativePath = ".lodestar/spec.yaml";

    /// <summary>The lock file's path below the root.</summary>
    public const string LockPath = ".lodestar/spec.lock";

    private const long Large = 512 * 1024;

    private static readonly SourceCodes Codes = new("spec-missing", "spec-invalid", "spec-unreadable");

    private Written? written;

    /// <summary>How long a writer waits for others.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Told before a large spec is read as a whole, with its size in bytes.</summary>
    public Action<long> LargeReading { get; init; } = static _ => { };

    /// <summary>Absolute path of the file.</summary>
    public string FullPath => Path.Combine(root, ".lodestar", "spec.yaml");

    /// <summary>True when there is a spec.</summary>
    public bool Exists => File.Exists(FullPath);

    /// <summary>Reads the spec.</summary>
    /// <returns>The spec, or the refusal <c>spec-missing</c> or <c>spec-invalid</c>.</returns>
    /// <exception cref="EnvironmentException">The file is there but cannot be read (<c>spec-unreadable</c>).</exception>
    public Outcome<SpecDocument> Load()
    {
        var source = ReadBytes();
        return source.Data is { } bytes ? Parse(bytes) : source.Refusal!;
    }

    /// <summary>Reads the file's bytes; see <see cref="Load"/>.</summary>
    internal Outcome<byte[]> ReadBytes()
    {
        Announce();
        return SourceText.ReadBytes(FullPath, RelativePath, Codes);
    }

    /// <summary>Says that all of a large spec is about to be made.</summary>
    internal void Announce()
    {
        if (FileStamp.Of(FullPath) is { Size: >= Large } large)
            LargeReading(large.Size);
    }

    /// <summary>Reads the spec in a file's bytes.</summary>
    internal static Outcome<SpecDocument> Parse(byte[] bytes)
    {
        var source = SourceText.Decode(bytes, RelativePath, Codes);
        return source.Data is { } found ? SpecReader.Read(found.Text) : source.Refusal!;
    }

    /// <summary>Changes the spec. The edit sees the newest text, and what it gives has been read again (see
    /// <see cref="SpecEditor"/>), so nothing unreadable ever replaces the file.</summary>
    /// <param name="edit">Gives the new spec, or a refusal that leaves the file alone. The same text writes nothing.</param>
    /// <param name="cancellation">Ends the wait for the lock.</param>
    /// <returns>The spec as it is now, or a refusal without effect.</returns>
    /// <exception cref="EnvironmentException"><c>spec-busy</c>, <c>spec-unreadable</c> or <c>spec-unwritable</c>.</exception>
    public Task<Outcome<SpecDocument>> EditAsync(
        Func<SpecDocument, Outcome<SpecDocument>> edit, CancellationToken cancellation) =>
        EditAsync(document => Task.FromResult(edit(document)), cancellation);

    /// <summary>As the other, for an edit that has more to do before the file is replaced.</summary>
    public Task<Outcome<SpecDocument>> EditAsync(
        Func<SpecDocument, Task<Outcome<SpecDocument>>> edit, CancellationToken cancellation) => EditAsync<SpecDocument>(
        async (document, replace) =>
        {
            var after = await edit(document).ConfigureAwait(false);
            if (after.Data is { } edited)
                replace(edited);
            return after;
        },
        cancellation);

    /// <summary>As the other, for an edit that says itself when the file is replaced, which is when the change counts. Locks
    /// are always taken in the order spec, store.</summary>
    /// <typeparam name="T">What the edit gives besides the file.</typeparam>
    public async Task<Outcome<T>> EditAsync<T>(
        Func<SpecDocument, Action<SpecDocument>, Task<Outcome<T>>> edit, CancellationToken cancellation)
        where T : class
    {
        // Without a spec there may be no folder for the lock either.
        if (!Exists)
            return Load().Refusal!;
        using var held = await LockAsync(cancellation).ConfigureAwait(false);
        Announce();
        var source = SourceText.Read(FullPath, RelativePath, Codes);
        if (source.Data is not { } found)
            return source.Refusal!;
        var before = SpecReader.Read(found.Text);
        if (before.Data is null)
            return before.Refusal!;
        return await edit(before.Data, Replace).ConfigureAwait(false);

        void Replace(SpecDocument after)
        {
            if (after.Text != found.Text)
                Write(found.Mark + after.Text);
            if (FileStamp.Of(FullPath) is { } stamp)
                written = new(stamp, after.Index);
        }
    }

    /// <summary>What this object wrote last, if the file has not been changed since, for the one look that follows an edit: it
    /// shows what was written without reading it once more. Asked again it gives null.</summary>
    internal SpecIndex? TakeWritten() =>
        Interlocked.Exchange(ref written, null) is { } own && FileStamp.Of(FullPath) == own.Stamp ? own.Index : null;

    /// <summary>Writes the first spec of a project.</summary>
    /// <returns>False when there is one already; it is left alone.</returns>
    /// <exception cref="EnvironmentException"><c>spec-busy</c> or <c>spec-unwritable</c>.</exception>
    public async Task<bool> CreateAsync(string text, CancellationToken cancellation)
    {
        using var held = await LockAsync(cancellation).ConfigureAwait(false);
        if (Exists)
            return false;
        Write(text);
        return true;
    }

    /// <summary>Removes the lock file. It means nothing when nobody holds it; who waits for it meanwhile takes a new one.</summary>
    /// <exception cref="EnvironmentException"><c>spec-busy</c> or <c>spec-unwritable</c>.</exception>
    public async Task ForgetLockAsync(CancellationToken cancellation)
    {
        var path = Path.Combine(root, LockPath);
        if (!File.Exists(path))
            return;
        using var held = await LockAsync(cancellation).ConfigureAwait(false);
        File.Delete(path);
    }

    private async Task<FileLock> LockAsync(CancellationToken cancellation)
    {
        try
        {
            return await FileLock.TryAcquireAsync(Path.Combine(root, LockPath), Patience, cancellation).ConfigureAwait(false)
                ?? throw new EnvironmentException(
                    "spec-busy", $"Another process has been writing {RelativePath} for {Duration.Text(Patience)}.", "try again");
        }
        catch (IOException cause)
        {
            throw WriteFailure.Of("spec-unwritable", Path.Combine(root, LockPath), cause);
        }
    }

    private void Write(string text)
    {
        try
        {
            AtomicFile.WriteText(FullPath, text);
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            throw WriteFailure.Of("spec-unwritable", FullPath, cause);
        }
    }

    private sealed record Written(FileStamp Stamp, SpecIndex Index);
}
