using System.Text.Json.Nodes;
using System.Threading.Channels;
using ModelContextProtocol.Protocol;

namespace Lodestar.Mcp;

/// <summary>Lets a client that has closed its side have the answers to what it asked before: the end of its input is let go
/// only when they are written, or after a while.</summary>
/// <param name="inner">The transport; who made it disposes of it.</param>
/// <param name="clock">Measures the while.</param>
/// <param name="ended">Told when the input has ended.</param>
/// <param name="letGo">Told when its end may be seen.</param>
internal sealed class AnsweringTransport(ITransport inner, TimeProvider clock, Action ended, Action letGo) : ITransport
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly Channel<JsonRpcMessage> passed = Channel.CreateBounded<JsonRpcMessage>(1);
    private readonly HashSet<string> open = new(StringComparer.Ordinal);
    private readonly TaskCompletionSource answered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool over;

    /// <inheritdoc/>
    public string? SessionId => inner.SessionId;

    /// <inheritdoc/>
    public ChannelReader<JsonRpcMessage> MessageReader => passed.Reader;

    /// <summary>Passes on what comes, and its end.</summary>
    public async Task PassOnAsync(CancellationToken cancellation)
    {
        try
        {
            await foreach (var message in inner.MessageReader.ReadAllAsync(cancellation).ConfigureAwait(false))
            {
                if (message is JsonRpcNotification { Method: LingeringStream.EndMethod })
                {
                    ended();
                    Note(null);
                    await Task.WhenAny(answered.Task, Task.Delay(Patience, clock, cancellation)).ConfigureAwait(false);
                    letGo();
                    continue;
                }

                Note(message);
                await passed.Writer.WriteAsync(message, cancellation).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // The server ends by itself: nobody asks for more.
        }
        finally
        {
            letGo();
            passed.Writer.TryComplete();
        }
    }

    /// <inheritdoc/>
    public async Task SendMessageAsync(JsonRpcMessage message, CancellationToken cancellationToken = default)
    {
        await inner.SendMessageAsync(message, cancellationToken).ConfigureAwait(false);
        if (message is JsonRpcResponse or JsonRpcError)
            Close(((JsonRpcMessageWithId)message).Id.ToString());
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>Keeps count of what is to be answered; null stands for the end.</summary>
    private void Note(JsonRpcMessage? message)
    {
        if (message is JsonRpcNotification { Method: NotificationMethods.CancelledNotification, Params: JsonObject given })
        {
            Close(RequestIn(given));
            return;
        }

        lock (open)
        {
            if (message is JsonRpcRequest request)
                open.Add(request.Id.ToString());
            over |= message is null;
            if (over && open.Count == 0)
                answered.TrySetResult();
        }
    }

    /// <summary>The request that is cancelled; null when it is named by something that no text can hold, or twice.</summary>
    private static string? RequestIn(JsonObject given)
    {
        try
        {
            return given["requestId"]?.ToString();
        }
        catch (Exception unreadable) when (unreadable is InvalidOperationException or ArgumentException)
        {
            return null;
        }
    }

    private void Close(string? id)
    {
        lock (open)
        {
            if (id is not null)
                open.Remove(id);
            if (over && open.Count == 0)
                answered.TrySetResult();
        }
    }
}
