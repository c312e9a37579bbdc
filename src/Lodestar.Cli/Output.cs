using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Lodestar.Core;

namespace Lodestar.Cli;

/// <summary>The only class that touches the console. Data goes to stdout, talk to stderr; one result has two renderings.</summary>
internal sealed class Output
{
    private const int BrokenPipe = 32;

    private static readonly Lazy<StreamReader> input = new(() => new StreamReader(Open(0)));

    private readonly Stream data;
    private readonly Stream talk;

    /// <summary>Creates an output over two streams.</summary>
    /// <param name="data">Standard output.</param>
    /// <param name="talk">Standard error.</param>
    /// <param name="dataShape">How text on standard output may look.</param>
    /// <param name="talkShape">How text on standard error may look.</param>
    public Output(Stream data, Stream talk, PageShape dataShape, PageShape talkShape)
    {
        this.data = data;
        this.talk = talk;
        DataShape = dataShape;
        TalkShape = talkShape;
    }

    /// <summary>The console of this process.</summary>
    public static Output OfConsole(Func<string, string?> variable)
    {
        var colour = string.IsNullOrEmpty(variable("NO_COLOR")) && variable("TERM") != "dumb";
        return new Output(
            Open(1),
            Open(2),
            Shape(Console.IsOutputRedirected, 1, colour),
            Shape(Console.IsErrorRedirected, 2, colour));
    }

    /// <summary>Reads one line from standard input; null at its end.</summary>
    public static string? ReadLine() => input.Value.ReadLine();

    /// <summary>How text on standard output may look.</summary>
    public PageShape DataShape { get; private set; }

    /// <summary>How text on standard error may look.</summary>
    public PageShape TalkShape { get; private set; }

    /// <summary>Whether results are JSON; then every line of talk is a JSON object too.</summary>
    public bool Json { get; set; }

    /// <summary>The directory acted from when it is not the caller's own; the commands of next steps name it then.</summary>
    public string? Elsewhere { get; set; }

    /// <summary>Tells once when nobody reads standard output any more.</summary>
    public void WhenReaderIsGone(Action tell)
    {
        if (data is not StandardStream stream)
            return;
        new Thread(() =>
        {
            stream.WaitUntilReaderIsGone();
            tell();
        })
        {
            IsBackground = true,
        }.Start();
    }

    /// <summary>Gives up colour, whatever the terminal can do.</summary>
    public void WithoutColour()
    {
        DataShape = DataShape with { Colour = false };
        TalkShape = TalkShape with { Colour = false };
    }

    /// <summary>Shows an outcome and gives the exit code it means.</summary>
    public ExitCode Show<TData>(Outcome<TData> result, JsonTypeInfo<TData> type, Action<Page, TData> text, DateTimeOffset now)
        where TData : class => Show(result, (writer, data) => JsonSerializer.Serialize(writer, data, type), text, now);

    /// <summary>As the other, for data that is written otherwise.</summary>
    public ExitCode Show<TData>(Outcome<TData> result, Action<Utf8JsonWriter, TData> write, Action<Page, TData> text, DateTimeOffset now)
        where TData : class
    {
        var outcome = NextSteps.From(Elsewhere, result);
        if (Json)
        {
            Envelope.Write(new PieceWriter(WriteData), outcome, write);
        }
        else
        {
            if (outcome.Data is { } data)
            {
                var page = new Page(DataShape, now);
                text(page, data);
                WriteData(page.ToUtf8());
            }

            var talk = new Page(TalkShape, now);
            talk.Warnings(outcome.Warnings);
            if (outcome.Refusal is { } refusal)
                talk.Refusal(refusal);
            talk.Next(Besides(outcome.Refusal?.Hint, outcome.Next));
            WriteTalk(talk.ToUtf8());
        }

        return outcome.Refusal is null ? ExitCode.Done : ExitCode.Refused;
    }

    /// <summary>Shows what ended a command early.</summary>
    public void Show(Failure failure, DateTimeOffset now)
    {
        var refusal = NextSteps.From(Elsewhere, failure.Refusal);
        if (Json)
        {
            Envelope.Write(new PieceWriter(WriteData), refusal);
            return;
        }

        var talk = new Page(TalkShape, now);
        talk.Refusal(refusal);
        talk.Next(Besides(refusal.Hint, refusal.Next));
        WriteTalk(talk.ToUtf8());
    }

    /// <summary>The process's own streams, for a verb that speaks a protocol on them.</summary>
    public static (Stream Input, Stream Output, Stream Talk) OpenStreams() =>
        (Open(0), Open(1), Open(2));

    /// <summary>Writes finished data as it is: an explanation, a schema, a script, one line of a stream.</summary>
    public void WriteData(ReadOnlySpan<byte> utf8) => Write(data, utf8);

    /// <summary>Writes finished data as it is.</summary>
    public void WriteData(string text) => WriteData(Encoding.UTF8.GetBytes(text));

    /// <summary>Writes finished talk as it is.</summary>
    public void WriteTalk(ReadOnlySpan<byte> utf8) => Write(talk, utf8);

    /// <summary>A command that was just given as the hint is not said twice.</summary>
    private static NextAction[] Besides(string? hint, IReadOnlyList<NextAction> next) => [.. next.Where(action => action.Cmd != hint)];

    private static void Write(Stream stream, ReadOnlySpan<byte> utf8)
    {
        if (utf8.IsEmpty)
            return;
        try
        {
            stream.Write(utf8);
            stream.Flush();
        }
        catch (IOException closed) when (closed.HResult == BrokenPipe)
        {
            // The reader has seen enough (`| head`); what was asked for has been done all the same.
        }
    }

    private static Stream Open(int descriptor) => OperatingSystem.IsLinux() ? new StandardStream(descriptor) : descriptor switch
    {
        0 => Console.OpenStandardInput(),
        1 => Console.OpenStandardOutput(),
        _ => Console.OpenStandardError(),
    };

    private static PageShape Shape(bool redirected, int descriptor, bool colour) =>
        redirected ? PageShape.Plain : new PageShape(TerminalWidth.Of(descriptor), colour);
}
