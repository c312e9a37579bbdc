using System.Collections.Immutable;
using Lodestar.Core;
using Lodestar.Engine.Storage;

namespace Lodestar.Engine.Operations;

/// <summary>Gives ids a half-typed word may become. Writes nothing; what cannot be read has nothing to offer.</summary>
/// <param name="Kind">Ids of what.</param>
/// <param name="Begun">What they begin with.</param>
public sealed record SuggestIds(IdKind Kind, string Begun)
{
    /// <summary>Nobody chooses from a longer list.</summary>
    public const int Limit = 200;

    /// <summary>Runs the operation.</summary>
    public Task<Outcome<SuggestedIds>> ExecuteAsync(EngineSession session, CancellationToken cancellation) =>
        session.QueryAsync<SuggestedIds>(plane => new SuggestedIds([.. Ids(plane).Take(Limit)]), cancellation);

    private IEnumerable<string> Ids(PlaneView plane) => (Kind switch
    {
        IdKind.Task => Tasks(plane),
        IdKind.Agent => plane.Store.Agents().Where(agent => agent.LeftAt is null).Select(agent => agent.Id.Value),
        IdKind.Run => plane.Store.Runs(plane.Project).Select(run => run.Id.Value),
        _ => throw new InvalidOperationException($"There are no ids of kind {Kind}."),
    }).Where(id => id.StartsWith(Begun, StringComparison.Ordinal));

    /// <summary>The most urgent first, because the list may be cut.</summary>
    private static IEnumerable<string> Tasks(PlaneView plane)
    {
        var spec = plane.Index;
        return spec.ByUrgency.ToArray().Select(place => spec.IdAt(place).Value);
    }
}

/// <summary>What an id is of.</summary>
public enum IdKind
{
    /// <summary>A task of the spec.</summary>
    Task,

    /// <summary>An agent that joined and has not left.</summary>
    Agent,

    /// <summary>A run of this project.</summary>
    Run,
}

/// <summary>Ids that begin as asked.</summary>
public sealed record SuggestedIds(ImmutableArray<string> Ids);
