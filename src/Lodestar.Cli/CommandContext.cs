namespace Lodestar.Cli;

/// <summary>Everything of the outside world a command may touch: one per process, and one per test.</summary>
internal sealed class CommandContext
{
    /// <summary>The context of this process.</summary>
    public static CommandContext FromProcess() => new()
    {
        Output = Output.OfConsole(Environment.GetEnvironmentVariable),
        Variable = Environment.GetEnvironmentVariable,
        Clock = TimeProvider.System,
        Directory = Environment.CurrentDirectory,
        TemporaryDirectory = Path.GetTempPath(),
    };

    /// <summary>Where results and talk go.</summary>
    public required Output Output { get; init; }

    /// <summary>Where long verbs tell how they come along.</summary>
    public Progress Progress => field ??= new Progress(Output);

    /// <summary>Reads an environment variable.</summary>
    public required Func<string, string?> Variable { get; init; }

    /// <summary>The clock people read; lease rules have the engine's.</summary>
    public required TimeProvider Clock { get; init; }

    /// <summary>The directory the command acts from: absolute; <c>-C</c> changes it.</summary>
    public required string Directory { get; init; }

    /// <summary>Where reports of unexpected failures go.</summary>
    public required string TemporaryDirectory { get; init; }

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
                Directory = directory,
                TemporaryDirectory = TemporaryDirectory,
            }
            : throw new UsageException($"There is no directory {directory}.", "Give an existing directory after -C.");
    }
}
