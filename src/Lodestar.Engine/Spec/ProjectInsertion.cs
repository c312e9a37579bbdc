using Lodestar.Core;
using Lodestar.Core.Spec;
using Lodestar.Engine.Yaml;

namespace Lodestar.Engine.Spec;

/// <summary>Writes what belongs to the whole project: its identity, its missions, and nothing at all.</summary>
internal sealed class ProjectInsertion
{
    private readonly string text;
    private readonly YamlMap? root;
    private readonly string newLine;
    private readonly SpecLayout layout;

    internal ProjectInsertion(SpecDocument document)
    {
        text = document.Yaml.Text;
        root = document.Yaml.Root as YamlMap;
        newLine = TaskShape.Of(document).NewLine;
        layout = new(document.Yaml, newLine);
    }

    /// <summary>The text with the project's id; null when the file's form allows no surgical change.</summary>
    internal string? SetId(ProjectId id)
    {
        if (root is null)
            return text + Lead() + $"project:{newLine}  id: {id}{newLine}";
        if (root.Flow || root.Indirect)
            return null;
        var project = root.Find("project");
        var map = project?.Value as YamlMap ?? (project is null && root.Find("name") is not null ? root : null);
        if (map is { Indirect: true })
            return null;
        if (map?.Find("id") is { } old)
            return layout.SetValue(old, id.Value);
        if (map is { Entries.Count: > 0 })
            return layout.Replace(map.Entries[0].Key.Start, map.Entries[0].Key.Start, $"id: {id}" + (map.Flow ? ", " : newLine + Blanks(map)));
        return project is null
            ? layout.Replace(root.Start, root.Start, $"project:{newLine}  id: {id}{newLine}")
            : layout.Replace(layout.AfterColon(project), project.Value.End, $" {{id: {id}}}");
    }

    /// <summary>The text with the mission; null when the file's form allows no surgical change.</summary>
    internal string? AddMission(MissionDefinition mission)
    {
        var written = Braces(mission);
        if (root is { Flow: true } or { Indirect: true })
            return null;
        return root?.Find("missions") is { } entry
            ? entry.Value switch
            {
                { Indirect: true } => null,
                YamlList { Items.Count: > 0 } list => layout.AddItem(list, written),
                YamlList or YamlScalar => layout.Replace(layout.AfterColon(entry), entry.Value.End, $"{newLine}  - {written}"),
                _ => null,
            }
            : root?.Find("tasks") is { } tasks
                ? layout.Replace(tasks.Key.Start, tasks.Key.Start, $"missions:{newLine}  - {written}{newLine}")
                : text + Lead() + $"missions:{newLine}  - {written}{newLine}";
    }

    /// <summary>The text with nothing left of the values of some keys; null when the file's form allows no surgical change.</summary>
    internal static string? Clear(SpecDocument document, params ReadOnlySpan<string> keys)
    {
        var current = document;
        foreach (var key in keys)
        {
            if (current.Yaml.Root is not YamlMap { Indirect: false } root || root.Find(key) is not { } entry)
                continue;
            if (entry.Value.Indirect || entry.Key.Indirect)
                return null;
            if (SpecReader.Read(new ProjectInsertion(current).Clear(entry)).Data is not { } cleared)
                return null;
            current = cleared;
        }

        return current.Yaml.Text;
    }

    private string Clear(YamlEntry entry) => entry.Value switch
    {
        YamlMap { Flow: false } or YamlList { Flow: false } =>
            layout.Replace(layout.AfterColon(entry), layout.LineAfter(entry.Value), $" {Empty(entry.Value)}{newLine}"),
        YamlMap or YamlList => layout.Replace(entry.Value.Start, entry.Value.End, Empty(entry.Value)),
        _ => text,
    };

    private static string Empty(YamlNode node) => node is YamlList ? "[]" : "{}";

    private static string Braces(MissionDefinition mission)
    {
        var fields = new List<string>
        {
            "id: " + mission.Id,
            "slug: " + YamlWriting.Inline(mission.Slug),
            "title: " + YamlWriting.Inline(mission.Title),
        };
        if (mission.Purpose.Length > 0)
            fields.Add("purpose: " + YamlWriting.Inline(mission.Purpose));
        fields.Add("tasks: [" + string.Join(", ", mission.Tasks.Select(task => YamlWriting.Inline(task.Value))) + "]");
        return "{" + string.Join(", ", fields) + "}";
    }

    private string Blanks(YamlMap map) => new(' ', layout.Column(map.Start));

    private string Lead() => text.Length == 0 || text[^1] == '\n' ? "" : newLine;
}
