using Lodestar.Core;
using Lodestar.Core.Context;
using Lodestar.Core.Spec;
using Lodestar.Engine.Context;
using Lodestar.Engine.Spec;
using Lodestar.Engine.Storage;

namespace Lodestar.Engine;

/// <summary>An opened project: what every operation is given.</summary>
public sealed class EngineSession : IDisposable
{
    private readonly SpecIndexSource specs;
    private readonly Lazy<ProjectId?> historicProject;

    private EngineSession(ActionContext context, CallerEnvironment caller, SessionWorld world)
    {
        Context = context;
        Caller = caller;
        World = world;
        Store = new RuntimeStore(context.Runtime, world.Clock, world.Ids);
        Spec = new SpecFile(context.Root.Value) { LargeReading = world.LargeReading };
        specs = new(Spec, Path.Combine(context.Root.Value, ContextResolver.StateDirectory, "cache", "spec-index"));
        historicProject = new(() => ProjectHistory.Identity(context));
    }

    /// <summary>Who acts, where, on what authority.</summary>
    public ActionContext Context { get; }

    /// <summary>What the environment says of the caller.</summary>
    public CallerEnvironment Caller { get; }

    /// <summary>The spec plane.</summary>
    public SpecFile Spec { get; }

    /// <summary>The runtime plane.</summary>
    public RuntimeStore Store { get; }

    /// <summary>Clock, ids and variables.</summary>
    public SessionWorld World { get; }

    /// <summary>The clock.</summary>
    public EngineClock Clock => World.Clock;

    /// <summary>Draws identifiers.</summary>
    public IdSource Ids => World.Ids;

    /// <summary>Opens the project a directory belongs to. Writes nothing.</summary>
    /// <exception cref="RefusedException">An environment variable holds what it can not.</exception>
    public static Outcome<EngineSession> Open(string directory, SessionWorld world)
    {
        var caller = CallerEnvironment.From(world.Variable);
        var resolved = ContextResolver.Resolve(directory, caller);
        return resolved.Data is { } context ? new EngineSession(context, caller, world) : resolved.Refusal!;
    }

    /// <summary>Reads the whole spec as it is now. Who needs a few tasks asks <see cref="PlaneView.Index"/>.</summary>
    public Outcome<ProjectSpec> LoadSpec() =>
        OverSpecAsync<ProjectSpec>(index => Task.FromResult<Outcome<ProjectSpec>>(index.Spec)).GetAwaiter().GetResult();

    /// <summary>Answers a question about both planes at one moment. Writes nothing.</summary>
    /// <typeparam name="T">The answer's data.</typeparam>
    public Task<Outcome<T>> QueryAsync<T>(Func<PlaneView, Outcome<T>> query, CancellationToken cancellation)
        where T : class
    {
        return OverSpecAsync(spec => QueryAsync(spec, query, cancellation));
    }

    /// <summary>As the other, over a spec the caller has read.</summary>
    /// <typeparam name="T">The answer's data.</typeparam>
    internal Task<Outcome<T>> QueryAsync<T>(SpecIndex spec, Func<PlaneView, Outcome<T>> query, CancellationToken cancellation)
        where T : class => Store.ReadAsync(store => query(new PlaneView(this, spec, store)), cancellation);

    /// <summary>Changes the runtime plane in one transaction, unless the decision is a refusal.</summary>
    /// <typeparam name="T">The decision's data.</typeparam>
    /// <param name="decide">Reads, judges and writes. It may run twice and must have no effect but on the transaction.</param>
    /// <param name="cancellation">Ends the wait for other writers.</param>
    /// <param name="hopeless">Why the decision would be a refusal as the planes are; asked only when others are writing.</param>
    public async Task<Outcome<T>> DecideAsync<T>(
        Func<PlaneChange, Outcome<T>> decide, CancellationToken cancellation, Func<PlaneView, Refusal?>? hopeless = null)
        where T : class
    {
        var outcome = await OverSpecAsync(spec => Store.DecideAsync(
            store => Decide(new PlaneChange(this, spec, store)),
            cancellation,
            hopeless is null ? null : store => hopeless(new PlaneView(this, spec, store)))).ConfigureAwait(false);
        return Store.TakeNotice() is { } notice ? outcome.Warn(notice) : outcome;

        Outcome<T> Decide(PlaneChange plane)
        {
            var decided = decide(plane);
            if (decided.Refusal is null)
                HistorySweep.IfDue(this, plane);
            return decided;
        }
    }

    /// <summary>The identity that follows from the repository's history, for a project that has none in spec and store; null where
    /// there is no history.</summary>
    internal ProjectId? HistoricProject() => historicProject.Value;

    /// <inheritdoc/>
    public void Dispose() => Store.Dispose();

    /// <summary>Works over the spec as it is now. What it does must be free to run twice: an image of the spec may turn out to
    /// be damaged at any look, and then the spec itself is read.</summary>
    private async Task<Outcome<T>> OverSpecAsync<T>(Func<SpecIndex, Task<Outcome<T>>> work)
        where T : class
    {
        var opened = specs.Open();
        if (opened.Data is not { } index)
            return opened.Refusal!;
        try
        {
            return await work(index).ConfigureAwait(false);
        }
        catch (SpecImageDamagedException)
        {
            var read = specs.OpenWithoutImage();
            return read.Data is { } sound ? await work(sound).ConfigureAwait(false) : read.Refusal!;
        }
    }
}

/// <summary>What a session has of the outside world.</summary>
/// <param name="Clock">The clock.</param>
/// <param name="Ids">Draws identifiers.</param>
/// <param name="Variable">Reads an environment variable.</param>
public sealed record SessionWorld(EngineClock Clock, IdSource Ids, Func<string, string?> Variable)
{
    /// <summary>Told before a large spec is read as a whole, with its size in bytes.</summary>
    public Action<long> LargeReading { get; init; } = static _ => { };
}
