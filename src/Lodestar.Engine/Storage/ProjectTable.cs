using Lodestar.Core;

namespace Lodestar.Engine.Storage;

/// <summary>Which project the rows of a store belong to. A spec of the predecessor names none; the store then draws an
/// identity and keeps it until a planning verb writes one into the spec.</summary>
public static class ProjectTable
{
    // What a store without rows answers; nothing is ever written under it.
    private static readonly ProjectId Nobody = new("00000000000000000000000000");

    private static readonly string[] Keyed = ["leases", "task_states", "messages", "events"];

    /// <summary>The project whose rows a reader sees.</summary>
    /// <param name="store">The store.</param>
    /// <param name="named">The identity in the spec, or null.</param>
    public static ProjectId Project(this StoreReader store, ProjectId? named)
    {
        var kept = store.Kept();
        if (named is { } project)
            return kept is { Drawn: true } ? kept.Project : project;
        return kept?.Project ?? Nobody;
    }

    /// <summary>The project whose rows a writer changes: remembers its identity, and moves the rows of a drawn one to
    /// the identity the spec has got since.</summary>
    public static ProjectId ClaimProject(this StoreTransaction store, ProjectId? named)
    {
        var kept = store.Kept();
        if (kept is null)
            return store.Keep(named ?? ProjectId.Parse(store.Ids.Ulid(store.Now.Wall)), drawn: named is null);
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
