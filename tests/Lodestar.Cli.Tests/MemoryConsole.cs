using System.Text;
using Lodestar.Core.Planes;
using Lodestar.Engine;
using Lodestar.TestKit;

namespace Lodestar.Cli.Tests;

/// <summary>Runs command lines inside the test's own process, outside any repository, and keeps what they say.</summary>
/// <param name="clock">The clock of every command; without one it is always noon.</param>
internal sealed class MemoryConsole(EngineClock? clock = null) : IDisposable
{
    private readonly ScratchDirectory scratch = new();
    private readonly SortedDictionary<string, string> variables = new(StringComparer.Ordinal);
    private Queue<string> typed = new();

    /// <summary>Noon, always.</summary>
    public static DateTimeOffset Noon { get; } = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    /// <summary>A directory of its own: what commands act from, unless <see cref="Directory"/> says otherwise.</summary>
    public ScratchDirectory Scratch => scratch;

    /// <summary>The directory commands act from.</summary>
    public string Directory
    {
        get => field ?? scratch.Root;
        set;
    }

    /// <summary>Sets a variable for all further runs.</summary>
    public MemoryConsole With(string name, string value)
    {
        variables[name] = value;
        return this;
    }

    /// <summary>Takes a variable away again.</summary>
    public void Without(string name) => variables.Remove(name);

    /// <summary>Sets what the user types from here on, line by line.</summary>
    public void Types(params IEnumerable<string> lines) => typed = new(lines);

    /// <summary>Runs one command line.</summary>
    public Task<ProgramRun> RunAsync(params string[] arguments) => RunAsync(PageShape.Plain, arguments);

    /// <summary>Runs one command line as if on a terminal of a given shape.</summary>
    public async Task<ProgramRun> RunAsync(PageShape shape, params string[] arguments)
    {
        using var data = new MemoryStream();
        using var talk = new MemoryStream();
        var context = new CommandContext
        {
            ReadLine = () => typed.TryDequeue(out var line) ? line : null,
            Output = new Output(data, talk, shape, shape),
            Variable = name => variables.GetValueOrDefault(name),
            Clock = clock ?? new FixedClock(),
            Directory = Directory,
            TemporaryDirectory = scratch.Root,
            Executable = BuiltPrograms.Lodestar,
            Variables = () => new Dictionary<string, string>(),
        };
        var exit = await CommandLine.RunAsync(arguments, context);
        return new ProgramRun(arguments, exit, Encoding.UTF8.GetString(data.ToArray()), Encoding.UTF8.GetString(talk.ToArray()));
    }

    /// <inheritdoc/>
    public void Dispose() => scratch.Dispose();

    private sealed class FixedClock : EngineClock
    {
        public override DateTimeOffset GetUtcNow() => Noon;

        public override Moment GetMoment() => new(Noon, "boot", 0);
    }
}
