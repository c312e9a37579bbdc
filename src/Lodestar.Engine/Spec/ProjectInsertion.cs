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
        newLine = document.Shape.NewLine;
        layout = new(document.Yaml, newLine);
    }

    /// <summary>Writes the project's id; null when the file's form allows no surgical change.</summary>
    internal TextEdit? SetId(ProjectId id)
    {
        if (root is null)
            return Append($"project:{newLine}  id: {id}{newLine}");
        if (root.Flow || root.Indirect)
            return null;
        var project = root.Find("project");
        var map = project?.Value as YamlMap ?? (project is null && root.Find("name") is not null ? root : null);
        if (map is { Indirect: true })
            return null;
        if (map?.Find("id") is { } old)
            return SpecLayout.SetValue(old, id.Value);
        if (map is { Entries.Count: > 0 })
            return SpecLayout.Replace(map.Entries[0].Key.Start, map.Entries[0].Key.Start, $"id: {id}" + (map.Flow ? ", " : newLine + Blanks(map)));
        return project is null
            ? SpecLayout.Replace(root.Start, root.Start, $"project:{newLine}  id: {id}{newLine}")
            : SpecLayout.Replace(layout.AfterColon(project), project.Value.End, $" {{id: {id}}}");
    }

    /// <summary>Writes the mission; null when the file's form allows no surgical change.</summary>
    internal TextEdit? AddMission(MissionDefinition mission)
    {
        var written = Braces(mission);
        if (root is { Flow: true } or { Indirect: true })
            return null;
        return root?.Find("missions") is { } entry
            ? entry.Value switch
            {
                { Indirect: true } => null,
                YamlList { Items.Count: > 0 } list => layout.AddItem(list, written),
                YamlList or YamlScalar => SpecLayout.Replace(layout.AfterColon(entry), entry.Value.End, $"{newLine}  - {written}"),
                _ => null,
            }
            : root?.Find("tasks") is { } tasks
                ? SpecLayout.Replace(tasks.Key.Start, tasks.Key.Start, $"missions:{newLine}  - {written}{newLine}")
                : Append($"missions:{newLine}  - {written}{newLine}");
    }

    /// <summary>Leaves nothing of the values of some keys; null when the file's form allows no surgical change.</summary>
    internal IReadOnlyList<TextEdit>? Clear(params ReadOnlySpan<string> keys)
    {
        var edits = new List<TextEdit>();
        foreach (var key in keys)
        {
            if (root is not { Indirect: false } || root.Find(key) is not { } entry)
                continue;
            if (entry.Value.Indirect || entry.Key.Indirect)
                return null;
            if (entry.Value is YamlMap or YamlList)
                edits.Add(Clear(entry));
        }

        return edits;
    }

    private TextEdit Clear(YamlEntry entry) => entry.Value is YamlMap { Flow: false } or YamlList { Flow: false }
        ? SpecLayout.Replace(layout.AfterColon(entry), layout.LineAfter(entry.Value), $" {Empty(entry.Value)}{newLine}")
        : SpecLayout.Replace(entry.Value.Start, entry.Value.End, Empty(entry.Value));

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

    private TextEdit Append(string written) =>
        new(text.Length, text.Length, (text.Length == 0 || text[^1] == '\n' ? "" : newLine) + written);
}
