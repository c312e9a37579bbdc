using Lodestar.Core;

namespace Lodestar.Engine.Operations;

/// <summary>The project as its spec names it, for looks at the store alone.</summary>
/// <param name="Id">Its identity; null when the spec has none.</param>
internal sealed record NamedProject(ProjectId? Id)
{
    /// <summary>Asks the spec.</summary>
    internal static Task<Outcome<NamedProject>> OfAsync(EngineSession session, CancellationToken cancellation) =>
        session.QueryAsync<NamedProject>(plane => new NamedProject(plane.Index.Project.Id), cancellation);
}
