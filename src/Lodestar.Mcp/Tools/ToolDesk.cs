using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using Lodestar.Core;
using Lodestar.Engine.Storage;
using Lodestar.Engine;

namespace Lodestar.Mcp.Tools;

/// <summary>Where calls are worked off: it finds the tool, checks what was sent, runs it, and answers within bounds.</summary>
/// <param name="directory">The directory acted from.</param>
/// <param name="world">Clock, ids and variables.</param>
/// <param name="log">Where it is told.</param>
internal sealed class ToolDesk(string directory, SessionWorld world, ServerLog log)
{
    private const int MostAtOnce = 128;
    private const int MostAgents = 10_000;

    private readonly ConcurrentDictionary<string, TimeSpan> terms = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool> actors = new(StringComparer.Ordinal);
    private int working;

    /// <summary>Clock, ids and variables.</summary>
    public SessionWorld World { get; } = world;

    /// <summary>Opens the project as it is now. Writes nothing.</summary>
    public Outcome<EngineSession> Open() => EngineSession.Open(directory, World);

    /// <summary>Executes an operation on the project as it is now.</summary>
    /// <typeparam name="TData">The operation's data.</typeparam>
    public async Task<Outcome<TData>> InSessionAsync<TData>(
        Func<EngineSession, CancellationToken, Task<Outcome<TData>>> execute, CancellationToken cancellation)
        where TData : class
    {
        // A session of its own for every call: the store may be replaced and the spec edited between two of them.
        var opened = Open();
        if (opened.Data is not { } session)
            return opened.Refusal!;
        using (session)
            return await execute(session, cancellation).ConfigureAwait(false);
    }

    /// <summary>How long a lease lasts when the agent does not say: what it said when it joined here, else the usual.</summary>
    /// <exception cref="RefusedException">LODESTAR_LEASE_TTL holds no length a lease can have.</exception>
    public TimeSpan TermOf(string? agent)
    {
        if (agent is not null && terms.TryGetValue(agent, out var said))
            return said;
        if (World.Variable("LODESTAR_LEASE_TTL") is not { Length: > 0 } text)
            return LeaseTerm.Default;
        return LeaseTerm.TryParse(text, out var term) is { } refusal ? throw new RefusedException(refusal) : term;
    }

    /// <summary>Remembers, while the server runs, how long leases of an agent last.</summary>
    public void RememberTerm(AgentId agent, TimeSpan term)
    {
        // A client that joins without end must not fill the memory.
        if (terms.Count < MostAgents)
            terms[agent.Value] = term;
    }

    /// <summary>Cancelled when the client asks nothing more: what it waits for is told as it is.</summary>
    public CancellationToken Leaving { get; set; }

    /// <summary>Remembers that an agent acts through this server.</summary>
    public void RememberActor(string agent)
    {
        if (actors.Count < MostAgents)
            actors[agent] = true;
    }

    /// <summary>Whether an agent has acted through this server.</summary>
    public bool ActsHere(AgentId agent) => actors.ContainsKey(agent.Value);

    /// <summary>Works off one call. It never throws but for cancellation.</summary>
    /// <param name="name">The tool that was asked for.</param>
    /// <param name="sent">What was sent.</param>
    /// <param name="teller">Tells the client how it comes along.</param>
    /// <param name="cancellation">Ends the call.</param>
    public async Task<ToolAnswer> AnswerAsync(
        string name, IReadOnlyDictionary<string, JsonElement> sent, ICallTeller teller, CancellationToken cancellation)
    {
        var started = Stopwatch.GetTimestamp();
        var answer = await WorkAsync(name, sent, teller, cancellation).ConfigureAwait(false);
        log.Called(name, answer.Code, Stopwatch.GetElapsedTime(started));
        return answer;
    }

    private async Task<ToolAnswer> WorkAsync(
        string name, IReadOnlyDictionary<string, JsonElement> sent, ICallTeller teller, CancellationToken cancellation)
    {
        if (ToolList.Find(name) is not { } tool)
            return ToolAnswer.Of(Unknown(name));
        if (Interlocked.Increment(ref working) > MostAtOnce)
        {
            Interlocked.Decrement(ref working);
            return ToolAnswer.Of(new("server-busy", $"The server works on {MostAtOnce} calls already.", "Wait for an answer, then call again."));
        }

        try
        {
            return await RunAsync(tool, sent, teller, cancellation).ConfigureAwait(false);
        }
        finally
        {
            Interlocked.Decrement(ref working);
        }
    }

    private async Task<ToolAnswer> RunAsync(
        Tool tool, IReadOnlyDictionary<string, JsonElement> sent, ICallTeller teller, CancellationToken cancellation)
    {
        var call = new ToolCall(tool, sent, this, teller);
        if (call.Check() is { } refusal)
            return ToolAnswer.Of(refusal);
        if (tool.Begins is { } begins)
            await teller.BeginAsync(begins(call)).ConfigureAwait(false);

        var answer = await GuardedAsync(tool, call, cancellation).ConfigureAwait(false);
        AnswerSize.Fit(answer.Structured, tool.Page, (call.Get(Arguments.MaxBytes) ?? AnswerSize.Usual) - AnswerSize.Frame);
        await teller.ChangedAsync(answer.Changed).ConfigureAwait(false);
        if (tool.Begins is not null)
            await teller.EndAsync(answer).ConfigureAwait(false);
        return answer;
    }

    private async Task<ToolAnswer> GuardedAsync(Tool tool, ToolCall call, CancellationToken cancellation)
    {
        try
        {
            // Work leaves the reader of the protocol at once: a slow disk must not delay a ping or a cancellation.
            return await Task.Run(() => tool.RunAsync(call, cancellation), cancellation).ConfigureAwait(false);
        }
        catch (RefusedException refused)
        {
            return ToolAnswer.Of(refused.Refusal);
        }
        catch (EnvironmentException broken)
        {
            return ToolAnswer.Of(new(broken.Code, broken.Message, broken.Hint));
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            return ToolAnswer.Of(new(WriteFailure.IsNoRoom(failed) ? "disk-full" : "io-failed", failed.Message));
        }
        catch (Exception unexpected) when (unexpected is not OperationCanceledException)
        {
            log.Unexpected(tool.Name, unexpected);
            return ToolAnswer.Of(new("bug", $"Something unexpected went wrong: {unexpected.GetType().Name}.", "The log of the server holds the details."));
        }
    }

    private static Refusal Unknown(string name)
    {
        var near = Spelling.Closest(name, ToolList.All.Select(tool => tool.Name));
        var shown = name.Length <= 60 ? name : name[..60] + "...";
        return new("tool-unknown", $"There is no tool \"{shown}\".", near is null ? "tools/list names them all." : $"Did you mean {near}?");
    }
}

/// <summary>Tells a client how its call comes along.</summary>
internal interface ICallTeller
{
    /// <summary>The work begins.</summary>
    Task BeginAsync(string what);

    /// <summary>So much of the work is done. Told in rising order.</summary>
    Task ProgressAsync(double done, double total, string what);

    /// <summary>Resources read differently now.</summary>
    Task ChangedAsync(IReadOnlyList<string> uris);

    /// <summary>The work is done or was refused.</summary>
    Task EndAsync(ToolAnswer answer);
}
