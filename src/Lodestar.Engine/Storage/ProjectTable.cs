using Lodestar.Core;

namespace Lodestar.Engine.Storage;

/// <summary>Which project the rows of a store belong to. A spec of the predecessor names none; the store then keeps the one that
/// follows from the repository's history, or without Git one that it draws, until a planning verb writes one into the spec.</summary>
public static class ProjectTable
{
    // What a store without rows answers; nothing is ever written under it.
    private static readonly ProjectId Nobody = new("00000000000000000000000000");

    private static readonly string[] Keyed = ["leases", "task_states", "messages", "events"];

    /// <summary>The project whose rows a reader sees.</summary>
    /// <param name="store">The store.</param>
    /// <param name="named">The identity in the spec, or null.</param>
    /// <param name="derive">Gives the identity that follows from history, or null where there is none; asked only when neither spec
    /// nor store knows one.</param>
    public static ProjectId Project(this StoreReader store, ProjectId? named, Func<ProjectId?>? derive = null)
    {
        var kept = store.Kept();
        if (named is { } project)
            return kept is { Drawn: true } ? kept.Project : project;
        return kept?.Project ?? derive?.Invoke() ?? Nobody;
    }

    /// <summary>The project whose rows a writer changes: remembers its identity, and moves the rows of one that was not named to
    /// the identity the spec has got since.</summary>
    /// <param name="store">The transaction.</param>
    /// <param name="named">The identity in the spec, or null.</param>
    /// <param name="derive">As for <see cref="Project"/>.</param>
    public static ProjectId ClaimProject(this StoreTransaction store, ProjectId? named, Func<ProjectId?>? derive = null)
    {
        var kept = store.Kept();
        if (kept is null)
            return store.Keep(named ?? derive?.Invoke() ?? ProjectId.Parse(store.Ids.Ulid(store.Now.Wall)), drawn: named is null);
        if (named is not { } project)
            return kept.Project;
        if (!kept.Drawn)
            return project;
        foreach (var table in Keyed)
            store.Database.Execute($"update {table} set project = ? where project = ?", project.Value, kept.Project.Value);
        return store.Keep(project, drawn: false);
    }

    private static ProjectId Keep(this StoreTransaction store, ProjectId project, bool drawn)
    {
        const string Upsert = "insert into meta (name, value) values (?, ?) on conflict (name) do update set value = excluded.value";
        store.Database.Execute(Upsert, "project_id", project.Value);
        store.Database.Execute(Upsert, "project_drawn", drawn);
        return project;
    }

    private static KeptProject? Kept(this StoreReader store) => store.Database.QueryFirst(
        """
        select id.value, drawn.value from meta id join meta drawn on drawn.name = 'project_drawn' where id.name = 'project_id'
        """,
        row => new KeptProject(ProjectId.Parse(row.Text(0)), row.Boolean(1)));

    private sealed record KeptProject(ProjectId Project, bool Drawn);
}
