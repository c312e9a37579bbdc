using Lodestar.Core;
using Lodestar.Engine.Storage;

namespace Lodestar.Engine.Operations;

/// <summary>The project as its spec names it, for looks at the store alone.</summary>
internal sealed class NamedProject(EngineSession session, ProjectId? id)
{
    /// <summary>Asks the spec.</summary>
    internal static Task<Outcome<NamedProject>> OfAsync(EngineSession session, CancellationToken cancellation) =>
        session.QueryAsync<NamedProject>(plane => new NamedProject(session, plane.Index.Project.Id), cancellation);

    /// <summary>The project whose rows a look at the store sees: another store may know it under another identity.</summary>
    internal ProjectId In(StoreReader store) => store.Project(id, session.HistoricProject);
}
