using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Lodestar.Engine;
using Microsoft.Extensions.Logging;

namespace Lodestar.Mcp;

/// <summary>The server's log: one line an entry, for people or as JSON. Standard output belongs to the protocol, so it goes
/// elsewhere.</summary>
/// <param name="clock">Tells the time.</param>
/// <param name="asJson">Whether each line is one JSON object.</param>
/// <param name="streams">Where lines go.</param>
public sealed class ServerLog(EngineClock clock, bool asJson, params IReadOnlyList<Stream> streams) : ILoggerFactory
{
    private const int LongestText = 2000;

    private static readonly JsonWriterOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly Lock turn = new();

    /// <summary>Notes something that happened.</summary>
    public void Note(string level, string text, params IReadOnlyList<KeyValuePair<string, string>> facts)
    {
        var line = asJson ? Json(level, text, facts) : Plain(level, text, facts);
        lock (turn)
        {
            foreach (var stream in streams)
            {
                try
                {
                    stream.Write(line);
                    stream.Flush();
                }
                catch (IOException)
                {
                    // Nobody reads the log any more, or its disk is full; the clients' work goes on.
                }
            }
        }
    }

    /// <summary>Notes a finished call.</summary>
    internal void Called(string tool, string? code, TimeSpan took) => Note(
        code is null ? "info" : "warning",
        code is null ? "answered" : "refused",
        new("tool", tool.Length <= 80 ? tool : tool[..80]),
        new("code", code ?? "ok"),
        new("ms", took.TotalMilliseconds.ToString("0.0", CultureInfo.InvariantCulture)));

    /// <summary>Notes a bug in us, in full.</summary>
    internal void Unexpected(string what, Exception thrown) => Note("error", thrown.ToString(), new KeyValuePair<string, string>("in", what));

    /// <inheritdoc/>
    public void AddProvider(ILoggerProvider provider)
    {
    }

    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) => new ProtocolLogger(this);

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private byte[] Plain(string level, string text, IReadOnlyList<KeyValuePair<string, string>> facts)
    {
        var line = new StringBuilder().Append(Time()).Append(' ').Append(level).Append(' ').Append(Bounded(text));
        foreach (var (name, value) in facts)
            line.Append(' ').Append(name).Append('=').Append(value);
        return Encoding.UTF8.GetBytes(line.Replace("\r", "").Replace("\n", "\n  ").Append('\n').ToString());
    }

    private byte[] Json(string level, string text, IReadOnlyList<KeyValuePair<string, string>> facts)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, Relaxed))
        {
            writer.WriteStartObject();
            writer.WriteString("at", Time());
            writer.WriteString("level", level);
            writer.WriteString("message", Bounded(text));
            foreach (var (name, value) in facts)
                writer.WriteString(name, value);
            writer.WriteEndObject();
        }

        buffer.Write("\n"u8);
        return buffer.WrittenSpan.ToArray();
    }

    private static string Bounded(string text) => text.Length <= LongestText ? text : text[..LongestText] + "...";

    private string Time() => clock.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    /// <summary>What the protocol library has to say, from warnings on.</summary>
    private sealed class ProtocolLogger(ServerLog log) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
                // The library calls every refused request an error; a client that asks for what is not there is none of ours.
                log.Note(logLevel >= LogLevel.Critical ? "error" : "warning", formatter(state, exception));
        }
    }
}
