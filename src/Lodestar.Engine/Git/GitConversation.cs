using System.Text;
using Lodestar.Engine.Processes;

namespace Lodestar.Engine.Git;

/// <summary>A git that stays and answers one question after the other: a fiftieth of the time of starting one.</summary>
/// <remarks>One question at a time. A git that dies or does not answer is forgotten; whoever asked decides whether asking
/// again is safe.</remarks>
internal sealed class GitConversation(GitClient git, string directory, params IReadOnlyList<string> arguments) : IAsyncDisposable
{
    private const int LineLimit = 64 * 1024;
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromMinutes(1);

    private readonly SemaphoreSlim turn = new(1, 1);
    private ChildProcess? child;
    private BufferedStream? answers;

    /// <summary>Asks, and reads the answer whole.</summary>
    /// <param name="question">What is written to git.</param>
    /// <param name="read">Reads exactly the answer.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="IOException">Git ended, or did not answer in time; it is not known what it did.</exception>
    internal async Task<T> AskAsync<T>(
        ReadOnlyMemory<byte> question, Func<Stream, CancellationToken, Task<T>> read, CancellationToken cancellation)
    {
        await turn.WaitAsync(cancellation);
        try
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            limit.CancelAfter(AnswerLimit);
            try
            {
                var (to, from) = Connect();
                await to.WriteAsync(question, limit.Token);
                await to.FlushAsync(limit.Token);
                return await read(from, limit.Token);
            }
            catch (Exception failure) when (failure is IOException or OperationCanceledException)
            {
                // A half-read answer must not be taken for the answer to the next question.
                await ForgetAsync();
                cancellation.ThrowIfCancellationRequested();
                throw failure as IOException ?? new IOException($"git {arguments[0]} does not answer.", failure);
            }
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>Reads up to a byte, which is taken and not given back.</summary>
    internal static async Task<string> ReadUntilAsync(Stream from, byte end, CancellationToken cancellation)
    {
        var text = new List<byte>(80);
        var one = new byte[1];
        while (text.Count < LineLimit)
        {
            if (await from.ReadAsync(one, cancellation) == 0)
                throw new IOException("Git ended in the middle of its answer.");
            if (one[0] == end)
                return Encoding.UTF8.GetString([.. text]);
            text.Add(one[0]);
        }

        throw new IOException("Git gave a line without end.");
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await ForgetAsync();
        turn.Dispose();
    }

    private (Stream To, Stream From) Connect()
    {
        if (child is null || child.Exit.IsCompleted)
        {
            child = git.Start(new GitCall(directory, arguments));
            answers = new BufferedStream(child.Output, 64 * 1024);
            _ = BoundedCapture.ReadAsync(child.Error, 0, CancellationToken.None);
        }

        return (child.Input, answers!);
    }

    private async ValueTask ForgetAsync()
    {
        if (child is { } old)
        {
            child = null;
            await old.DisposeAsync();
        }
    }
}
