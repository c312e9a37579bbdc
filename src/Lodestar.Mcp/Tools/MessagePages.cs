using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Lodestar.Core;
using Lodestar.Engine;
using Lodestar.Engine.Operations;

namespace Lodestar.Mcp.Tools;

/// <summary>Reads as many messages as an answer may hold. The cursor is the operation's own, so it is read again with fewer
/// rather than cut: what is left out comes on the next page.</summary>
internal static class MessagePages
{
    private const int Usual = 50;

    /// <summary>How many messages a page may be asked for.</summary>
    public static Argument<int?> Limit { get; } = Arguments.Limit(200);

    /// <summary>How many messages a call asked for.</summary>
    public static int Asked(ToolCall call) => call.Get(Limit) ?? Usual;

    /// <summary>Executes a reading, and once more with fewer messages when they are too many bytes.</summary>
    /// <typeparam name="T">What is read.</typeparam>
    /// <param name="call">The call; it tells how many messages and bytes are wanted.</param>
    /// <param name="read">Makes the operation that reads at most so many.</param>
    /// <param name="messages">The messages in what was read.</param>
    /// <param name="cancellation">Ends the call.</param>
    public static Task<Outcome<T>> ReadAsync<T>(
        ToolCall call,
        Func<int, Func<EngineSession, CancellationToken, Task<Outcome<T>>>> read,
        Func<T, IReadOnlyList<MessageLine>> messages,
        CancellationToken cancellation)
        where T : class => call.InSessionAsync(
            async (session, token) =>
            {
                var outcome = await read(Asked(call))(session, token).ConfigureAwait(false);
                if (outcome.Data is not { } data)
                    return outcome;
                var given = messages(data);
                var fitting = Fitting(given, (call.Get(Arguments.MaxBytes) ?? AnswerSize.Usual) - (2 * AnswerSize.Frame));
                return fitting == given.Count ? outcome : await read(fitting)(session, token).ConfigureAwait(false);
            },
            cancellation);

    private static int Fitting(IReadOnlyList<MessageLine> messages, int bytes)
    {
        var count = 0;
        foreach (var message in messages)
        {
            bytes -= AnswerSize.Of(JsonSerializer.SerializeToNode(message, Shape)!) + 1;
            if (bytes < 0)
                break;
            count++;
        }

        // One that is too long alone is cut; a page without any would lead nowhere.
        return messages.Count == 0 ? 0 : Math.Max(1, count);
    }

    private static JsonTypeInfo<MessageLine> Shape => MessageJson.Default.MessageLine;
}
