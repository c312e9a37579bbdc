using System.Text;
using Lodestar.Engine.Processes;

namespace Lodestar.Engine.Git;

/// <summary>Asks a git that stays (<c>cat-file --batch-command</c>) about objects: a fiftieth of the time of starting one.</summary>
/// <remarks>It sees references and objects that others write meanwhile. One question at a time; a git that dies or does
/// not answer is replaced once, because reading changes nothing.</remarks>
internal sealed class ObjectReader(GitClient git, string directory) : IAsyncDisposable
{
    private const int LineLimit = 64 * 1024;
    private const int ContentLimit = 256 * 1024 * 1024;
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromMinutes(1);

    private readonly SemaphoreSlim turn = new(1, 1);
    private ChildProcess? child;
    private BufferedStream? answers;

    /// <summary>The object a name stands for, or null when there is none.</summary>
    internal async Task<ObjectInfo?> InfoAsync(string name, CancellationToken cancellation) =>
        IsAskable(name) ? (await AskAsync("info", name, cancellation))?.Info : null;

    /// <summary>The object with its content, or null when there is none.</summary>
    internal async Task<byte[]?> ContentAsync(string name, CancellationToken cancellation) =>
        IsAskable(name) ? (await AskAsync("contents", name, cancellation))?.Content : null;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await ForgetAsync();
        turn.Dispose();
    }

    // A question is one line; no reference and no revision we use holds a control character.
    private static bool IsAskable(string name) => name.Length is > 0 and < 4096 && !name.Any(char.IsControl);

    private async Task<Answer?> AskAsync(string verb, string name, CancellationToken cancellation)
    {
        await turn.WaitAsync(cancellation);
        try
        {
            for (var attempt = 1; ; attempt++)
            {
                using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
                limit.CancelAfter(AnswerLimit);
                try
                {
                    return await AskOnceAsync(verb, name, limit.Token);
                }
                catch (Exception failure) when (failure is IOException or OperationCanceledException)
                {
                    // A half-read answer must not be taken for the answer to the next question.
                    await ForgetAsync();
                    cancellation.ThrowIfCancellationRequested();
                    if (attempt == 2)
                        throw new EnvironmentException(
                            "git-failed", $"git cat-file does not answer about {name}.", cause: failure);
                }
            }
        }
        finally
        {
            turn.Release();
        }
    }

    private async Task<Answer?> AskOnceAsync(string verb, string name, CancellationToken cancellation)
    {
        var (to, from) = Connect();
        await to.WriteAsync(Encoding.UTF8.GetBytes($"{verb} {name}\n"), cancellation);
        await to.FlushAsync(cancellation);

        var head = await ReadLineAsync(from, cancellation);
        if (head.EndsWith(" missing", StringComparison.Ordinal) || head.EndsWith(" ambiguous", StringComparison.Ordinal))
            return null;
        if (head.Split(' ') is not [var id, var type, var digits] || !long.TryParse(digits, out var size))
            throw new IOException($"git cat-file answered \"{head}\".");
        var info = new ObjectInfo(id, type, size);
        if (verb == "info")
            return new Answer(info, null);
        if (size > ContentLimit)
        {
            await ForgetAsync();
            throw new EnvironmentException("git-failed", $"Object {id} has {size} bytes; {ContentLimit} are the most that can be read.");
        }

        var content = new byte[size + 1];
        await from.ReadExactlyAsync(content, cancellation);
        return new Answer(info, content[..^1]);
    }

    private (Stream To, Stream From) Connect()
    {
        if (child is null || child.Exit.IsCompleted)
        {
            child = git.Start(new GitCall(directory, "cat-file", "--batch-command"));
            answers = new BufferedStream(child.Output, 64 * 1024);
            _ = BoundedCapture.ReadAsync(child.Error, 0, CancellationToken.None);
        }

        return (child.Input, answers!);
    }

    private static async Task<string> ReadLineAsync(Stream from, CancellationToken cancellation)
    {
        var line = new List<byte>(80);
        var one = new byte[1];
        while (line.Count < LineLimit)
        {
            if (await from.ReadAsync(one, cancellation) == 0)
                throw new IOException("git cat-file ended.");
            if (one[0] == '\n')
                return Encoding.UTF8.GetString([.. line]);
            line.Add(one[0]);
        }

        throw new IOException("git cat-file gave a line without end.");
    }

    private async ValueTask ForgetAsync()
    {
        if (child is { } old)
        {
            child = null;
            await old.DisposeAsync();
        }
    }

    private sealed record Answer(ObjectInfo Info, byte[]? Content);
}

/// <summary>What an object is.</summary>
/// <param name="Id">Full object name.</param>
/// <param name="Type">commit, tree, blob or tag.</param>
/// <param name="Size">Bytes of its content.</param>
internal sealed record ObjectInfo(string Id, string Type, long Size);
