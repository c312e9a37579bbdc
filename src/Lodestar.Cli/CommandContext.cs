using System.Collections;
using System.Text;
using Lodestar.Core;
using Lodestar.Engine;
using Lodestar.Engine.Supervision;
using Lodestar.Engine.Spec;

namespace Lodestar.Cli;

/// <summary>Everything of the outside world a command may touch: one per process, and one per test.</summary>
internal sealed class CommandContext
{
    /// <summary>The context of this process.</summary>
    public static CommandContext FromProcess() => new()
    {
        Output = Output.OfConsole(Environment.GetEnvironmentVariable),
        Variable = Environment.GetEnvironmentVariable,
        Clock = new SystemClock(),
        ReadLine = Output.ReadLine,
        Directory = WhereWeAre(),
        TemporaryDirectory = Path.GetTempPath(),
        Executable = ThisProgram(),
        LargeReading = CollectorRest.Begin,
        Variables = () => Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
            .ToDictionary(entry => (string)entry.Key, entry => (string)entry.Value!, StringComparer.Ordinal),
    };

    /// <summary>This program: its executable, and what must stand before a verb when it is run by the runtime's own host.</summary>
    public required IReadOnlyList<string> Executable { get; init; }

    /// <summary>The whole environment, for what is passed on to other programs.</summary>
    public required Func<IReadOnlyDictionary<string, string>> Variables { get; init; }

    /// <summary>Where results and talk go.</summary>
    public required Output Output { get; init; }

    /// <summary>Where long verbs tell how they come along.</summary>
    public Progress Progress => field ??= new Progress(Output);

    /// <summary>Tells what happens in the run this process drives or watches.</summary>
    public RunNarrator Narrator { get; } = new();

    /// <summary>Opens the streams of a verb that speaks a protocol on them.</summary>
    public Func<(Stream Input, Stream Output, Stream Talk)> Streams { get; init; } = Output.OpenStreams;

    /// <summary>Reads an environment variable.</summary>
    public required Func<string, string?> Variable { get; init; }

    /// <summary>The clock.</summary>
    public required EngineClock Clock { get; init; }

    /// <summary>The directory the command acts from: absolute; <c>-C</c> changes it.</summary>
    public required string Directory { get; init; }

    /// <summary>Where reports of unexpected failures go.</summary>
    public required string TemporaryDirectory { get; init; }

    /// <summary>Reads one line the user types; null at the end of input.</summary>
    public Func<string?> ReadLine { get; init; } = () => null;

    /// <summary>Told before a large spec is read as a whole, with its size in bytes.</summary>
    public Action<long> LargeReading { get; init; } = static _ => { };

    /// <summary>Whether this process ends with one answer.</summary>
    public bool EndsSoon { get; set; }

    /// <summary>What operations get of the outside world.</summary>
    public SessionWorld World => EndsSoon
        ? new(Clock, new IdSource(), Variable) { LargeReading = LargeReading }
        : new(Clock, new IdSource(), Variable);

    /// <summary>Opens the project acted from. Writes nothing.</summary>
    public Outcome<EngineSession> OpenSession() => EngineSession.Open(Directory, World);

    /// <summary>The same context, acting from another directory.</summary>
    public CommandContext At(string path)
    {
        var directory = Path.GetFullPath(path, Directory);
        return System.IO.Directory.Exists(directory)
            ? new CommandContext
            {
                Output = Output,
                Variable = Variable,
                Clock = Clock,
                ReadLine = ReadLine,
                Directory = directory,
                TemporaryDirectory = TemporaryDirectory,
                Executable = Executable,
                Variables = Variables,
                Streams = Streams,
                LargeReading = LargeReading,
            }
            : throw new UsageException($"There is no directory {directory}.", "Give an existing directory after -C.");
    }

    /// <summary>Reads standard input as UTF-8 text, at most so many bytes.</summary>
    public string ReadInput(int mostBytes)
    {
        using var input = Streams().Input;
        var bytes = new byte[mostBytes];
        var length = input.ReadAtLeast(bytes, mostBytes, throwOnEndOfStream: false);
        return Encoding.UTF8.GetString(bytes, 0, length);
    }

    /// <summary>A directory that was removed under its shell is named all the same; verbs say that it is not there.</summary>
    private static string WhereWeAre()
    {
        try
        {
            return Environment.CurrentDirectory;
        }
        catch (IOException)
        {
            var named = Environment.GetEnvironmentVariable("PWD");
            return Path.IsPathFullyQualified(named ?? "") && !System.IO.Directory.Exists(named) ? named! : "/(removed)";
        }
    }

    private static IReadOnlyList<string> ThisProgram()
    {
        var program = Environment.ProcessPath ?? throw new PlatformNotSupportedException("This program cannot tell where it is.");
        return Path.GetFileNameWithoutExtension(program) == "dotnet"
            ? [program, Path.Combine(AppContext.BaseDirectory, "lodestar.dll")]
            : [program];
    }
}
