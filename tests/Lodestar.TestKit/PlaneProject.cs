using Lodestar.Core;
using Lodestar.Core.Planes;
using Lodestar.Engine;
using Lodestar.Engine.Operations;

namespace Lodestar.TestKit;

/// <summary>A project without Git in a directory of its own, with a clock that stands still.</summary>
public sealed class PlaneProject : IDisposable
{
    private readonly ScratchDirectory scratch = new();
    private readonly Dictionary<string, string> variables = [];

    /// <summary>Makes a project whose spec holds the given tasks.</summary>
    /// <param name="tasks">YAML of the <c>tasks</c> mapping's members, indented by two.</param>
    public PlaneProject(string tasks) => Define(tasks);

    /// <summary>The clock of every session.</summary>
    public TestClock Clock { get; } = new();

    /// <summary>The project's directory.</summary>
    public string Root => scratch.Root;

    /// <summary>The runtime store's file.</summary>
    public string Database => scratch.PathOf(".lodestar", "runtime.sqlite");

    /// <summary>Writes the spec anew.</summary>
    public void Define(string tasks) => scratch.Write(
        ".lodestar/spec.yaml", $"project:\n  id: 01JZ0000000000000000000000\n  name: demo\n  default_branch: main\ntasks:\n{tasks}\n");

    /// <summary>Sets an environment variable for sessions opened later.</summary>
    public void Set(string name, string value) => variables[name] = value;

    /// <summary>Opens the project as a command does.</summary>
    public EngineSession Open()
    {
        var opened = EngineSession.Open(Root, new SessionWorld(Clock, new IdSource(), variables.GetValueOrDefault));
        return opened.Data ?? throw new InvalidOperationException(opened.Refusal!.Message);
    }

    /// <summary>Runs one operation in a session of its own, as a command does.</summary>
    /// <typeparam name="T">The operation's data.</typeparam>
    public async Task<Outcome<T>> RunAsync<T>(Func<EngineSession, CancellationToken, Task<Outcome<T>>> operation)
        where T : class
    {
        using var session = Open();
        return await operation(session, CancellationToken.None);
    }

    /// <summary>Runs one operation that must succeed.</summary>
    /// <typeparam name="T">The operation's data.</typeparam>
    public async Task<T> DoneAsync<T>(Func<EngineSession, CancellationToken, Task<Outcome<T>>> operation)
        where T : class
    {
        var outcome = await RunAsync(operation);
        return outcome.Refusal is null
            ? outcome.Data!
            : throw new InvalidOperationException($"{outcome.Refusal.Code}: {outcome.Refusal.Message}");
    }

    /// <summary>Runs one operation that must be refused, and gives the code.</summary>
    /// <typeparam name="T">The operation's data.</typeparam>
    public async Task<string?> RefusedAsync<T>(Func<EngineSession, CancellationToken, Task<Outcome<T>>> operation)
        where T : class => (await RunAsync(operation)).Refusal?.Code;

    /// <summary>Registers an agent and gives its id.</summary>
    public async Task<string> JoinAsync(string? name = null, params string[] capabilities)
    {
        var profile = new AgentProfile(name, null, [.. capabilities], new Dictionary<string, string>());
        return (await DoneAsync(new JoinAgent(profile).ExecuteAsync)).AgentId.Value;
    }

    /// <inheritdoc/>
    public void Dispose() => scratch.Dispose();
}
