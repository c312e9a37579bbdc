using System.Collections.Immutable;
using Lodestar.Core;
using Lodestar.Core.Spec;
using Lodestar.Engine.Yaml;
using TaskStatus = Lodestar.Core.Spec.TaskStatus;

namespace Lodestar.Engine.Spec;

/// <summary>Turns the text of a spec into its model. Keys we do not know are left alone; what we know is read strictly,
/// and every error of the file is reported at once.</summary>
public sealed partial class SpecReader
{
    private readonly Dictionary<TaskId, TaskPlace> places;
    private readonly HashSet<int> duplicateIds = [];
    private readonly SourceErrors errors;
    private readonly YamlFields fields;

    private SpecReader(YamlDocument yaml, int tasks = 0)
    {
        places = new(tasks);
        errors = new(yaml);
        fields = new(errors);
    }

    /// <summary>Reads a spec.</summary>
    /// <param name="text">The file's text.</param>
    /// <param name="path">The file's name for messages.</param>
    /// <returns>The spec with the places of its parts, or the refusal <c>spec-invalid</c>.</returns>
    public static Outcome<SpecDocument> Read(string text, string path = SpecFile.RelativePath) =>
        Harvest(text) is { } sound ? sound : ReadWhole(text, path);

    /// <summary>Reads a spec of any form, with all its trees, and tells what is wrong with it.</summary>
    internal static Outcome<SpecDocument> ReadWhole(string text, string path)
    {
        var yaml = YamlDocument.Parse(text);
        var reader = new SpecReader(yaml);
        var document = reader.ReadDocument(yaml, reader.ReadTasks);
        return reader.errors.Count > 0 ? reader.errors.ToRefusal("spec-invalid", path) : document;
    }

    /// <summary>Reads a spec of the common form, in which nothing is wrong, without keeping the trees of its tasks.</summary>
    /// <returns>What a reading with all trees gives; null when that has to be asked for.</returns>
    internal static SpecDocument? Harvest(string text)
    {
        var reader = new SpecReader(YamlDocument.OfText(text), text.Length / 400);
        var tasks = ImmutableArray.CreateBuilder<TaskDefinition>(text.Length / 400);
        var yaml = YamlDocument.Harvest(text, (entry, value) =>
        {
            if (reader.ReadTask(entry.Key, value, new(entry)) is { } task)
                tasks.Add(task);
            return reader.errors.Count == 0;
        });
        if (yaml is null)
            return null;
        var isHarvested = tasks.Count > 0;
        var document = reader.ReadDocument(yaml, root => isHarvested ? tasks.DrainToImmutable() : reader.ReadTasks(root));
        return reader.errors.Count == 0 ? document : null;
    }

    /// <summary>Reads tasks from a part of a spec.</summary>
    /// <param name="part">The entries of <c>tasks</c> in question.</param>
    /// <returns>The tasks; none at all when one of them is not as it should be.</returns>
    internal static ImmutableArray<TaskDefinition> ReadPart(YamlDocument part)
    {
        var reader = new SpecReader(part);
        var entries = (part.Root as YamlMap)?.Entries ?? [];
        var tasks = ImmutableArray.CreateBuilder<TaskDefinition>(entries.Count);
        foreach (var entry in entries)
        {
            if (reader.ReadTask(entry) is { } task)
                tasks.Add(task);
        }

        return reader.errors.Count > 0 || tasks.Count < entries.Count ? [] : tasks.MoveToImmutable();
    }

    /// <summary>Reads new tasks that somebody wrote down elsewhere: a list or a mapping of them, alone or under <c>tasks</c>, in
    /// YAML or JSON. They need no id. What a new task cannot hold is an error here: nothing of it may get lost.</summary>
    /// <param name="text">The text.</param>
    /// <param name="name">What the text is called in messages.</param>
    /// <returns>The tasks (with no id where none was given), or the refusal <c>tasks-invalid</c>.</returns>
    internal static Outcome<ProjectSpec> ReadNew(string text, string name)
    {
        var yaml = YamlDocument.Parse(text);
        var reader = new SpecReader(yaml);
        var tasks = reader.ReadNewTasks(yaml.Root);
        reader.AddProblems(yaml);
        return reader.errors.Count > 0
            ? reader.errors.ToRefusal("tasks-invalid", name)
            : new ProjectSpec(new(null, "", ""), [], tasks);
    }

    private ImmutableArray<TaskDefinition> ReadNewTasks(YamlNode? root)
    {
        var tasks = ImmutableArray.CreateBuilder<TaskDefinition>();
        switch (root is YamlMap { Entries: [{ Key.Value: "tasks" } only] } ? only.Value : root)
        {
            case YamlList list:
                tasks.AddRange(list.Items.Select(item => Known(item) && item is YamlMap map && YamlFields.Value(map, "id") is null
                    ? ReadBody(default, map, map)
                    : ReadListedTask(item)).OfType<TaskDefinition>());
                break;
            case YamlMap map:
                tasks.AddRange(map.Entries.Select(entry => Known(entry.Value) ? ReadTask(entry) : null).OfType<TaskDefinition>());
                break;
            case { } other:
                errors.Add(other, "tasks-shape", "New tasks are a list, or a mapping of ids.");
                break;
        }

        return tasks.ToImmutable();
    }

    private bool Known(YamlNode node)
    {
        string[] keys = ["id", "title", "description", "acceptance_criteria", "depends_on", "labels", "locks", "priority", "status", "prd"];
        foreach (var (key, _) in (node as YamlMap)?.Entries ?? [])
        {
            if (!keys.Contains(key.Value))
                errors.Add(key, "key-known", $"A new task has no \"{key.Value}\"; {(Spelling.Closest(key.Value, keys) is { } meant ? $"did you mean {meant}?" : $"there are {string.Join(", ", keys)}.")}");
        }

        return true;
    }

    private SpecDocument ReadDocument(YamlDocument yaml, Func<YamlMap, ImmutableArray<TaskDefinition>> readTasks)
    {
        var tasks = ImmutableArray<TaskDefinition>.Empty;
        var missions = ImmutableArray<MissionDefinition>.Empty;
        var project = new ProjectDefinition(null, "unnamed", "main");
        if (yaml.Root is YamlMap root)
        {
            project = ReadProject(root);
            tasks = readTasks(root);
            missions = [.. fields.Items(root, "missions").Select(ReadMission).OfType<MissionDefinition>()];
        }
        else if (yaml.Root is { } other)
        {
            errors.Add(other, "map-expected", "The file must be a mapping with project and tasks.");
        }

        AddProblems(yaml);
        return new(yaml, new(project, missions, tasks), places);
    }

    /// <summary>A key that occurs twice among the tasks is a task id; that has a rule, and an error, of its own.</summary>
    private void AddProblems(YamlDocument yaml)
    {
        foreach (var problem in yaml.Problems.Where(problem => !duplicateIds.Contains(problem.Offset)))
            errors.Add(problem);
    }

    private ProjectDefinition ReadProject(YamlMap root)
    {
        var map = fields.Map(root, "project") ?? root;
        return new(
            fields.Id<ProjectId>(map, "id"),
            fields.Text(map, "name") is { Length: > 0 } name ? name : "unnamed",
            fields.Text(map, "default_branch") is { Length: > 0 } branch ? branch : "main")
        {
            Conventions = fields.Map(map, "conventions") is { Entries.Count: > 0 } conventions ? YamlJson.Of(conventions).ToJsonString() : "{}",
        };
    }

    private ImmutableArray<TaskDefinition> ReadTasks(YamlMap root)
    {
        var node = YamlFields.Value(root, "tasks");
        switch (node)
        {
            case null:
                return [];
            case YamlMap map:
                return [.. map.Entries.Select(ReadTask).OfType<TaskDefinition>()];
            case YamlList list:
                return [.. list.Items.Select(ReadListedTask).OfType<TaskDefinition>()];
            default:
                errors.Add(node, "tasks-shape", "tasks must be a mapping of ids, or a list whose items have an id.");
                return [];
        }
    }

    private TaskDefinition? ReadListedTask(YamlNode node)
    {
        if (node is not YamlMap map)
        {
            errors.Add(node, "map-expected", "A task must be a mapping.");
            return null;
        }

        if (YamlFields.Value(map, "id") is { } id)
            return ReadTask(id, map, new(id, map));
        errors.Add(map, "required", "A task of a list needs an id.");
        return null;
    }

    private TaskDefinition? ReadTask(YamlEntry entry) => ReadTask(entry.Key, entry.Value, new(entry));

    private TaskDefinition? ReadTask(YamlNode idNode, YamlNode node, TaskPlace place)
    {
        if (fields.TaskId(idNode) is not { } id)
            return null;
        return places.TryAdd(id, place) ? ReadBody(id, idNode, node) : Twice(id, idNode);
    }

    private TaskDefinition? Twice(TaskId id, YamlNode idNode)
    {
        duplicateIds.Add(idNode.Start);
        errors.Add(idNode, "duplicate-id", $"Task id \"{id}\" occurs twice.");
        return null;
    }

    private TaskDefinition? ReadBody(TaskId id, YamlNode idNode, YamlNode node)
    {
        if (node is not YamlMap map)
        {
            errors.Add(node, "map-expected", $"Task {id} must be a mapping.");
            return null;
        }

        var title = fields.Text(map, "title");
        if (string.IsNullOrWhiteSpace(title) && (title is not null || YamlFields.Value(map, "title") is null))
            errors.Add(idNode, "required", id == default ? "A task needs a title." : $"Task {id} needs a title.");
        return new TaskDefinition(
            id,
            title ?? "",
            fields.Text(map, "description") ?? "",
            fields.Texts(map, "acceptance_criteria"),
            fields.TaskIds(map, "depends_on"),
            fields.Texts(map, "labels"),
            fields.Texts(map, "locks"),
            fields.Integer(map, "priority") ?? TaskDefinition.DefaultPriority,
            ReadStatus(map))
        {
            Prd = ReadPrds(map),
            CreatedAt = fields.Time(map, "created_at"),
            UpdatedAt = fields.Time(map, "updated_at"),
            CompletedBy = fields.Text(map, "completed_by"),
            CompletedAt = fields.Time(map, "completed_at"),
            VerifiedBy = fields.Text(map, "verified_by"),
            VerifiedAt = fields.Time(map, "verified_at"),
        };
    }

    private TaskStatus? ReadStatus(YamlMap map)
    {
        if (fields.Text(map, "status") is not { } word)
            return null;
        if (StatusText.TryParse(word, out var status))
            return status;
        errors.Add(
            map.Find("status")!.Value, "status-known", $"Status \"{word}\" is none of {string.Join(", ", StatusText.All)}.");
        return null;
    }

    private MissionDefinition? ReadMission(YamlNode node)
    {
        if (node is not YamlMap map)
        {
            errors.Add(node, "map-expected", "A mission must be a mapping.");
            return null;
        }

        foreach (var key in (ReadOnlySpan<string>)["id", "slug"])
        {
            if (YamlFields.Value(map, key) is null)
                errors.Add(map, "required", $"A mission needs {(key == "id" ? "an id" : "a slug")}.");
        }

        var slug = fields.Text(map, "slug") ?? "";
        return new(
            fields.Id<MissionId>(map, "id") ?? default,
            slug,
            fields.Text(map, "title") ?? slug,
            fields.Text(map, "purpose") ?? "",
            fields.TaskIds(map, "tasks"));
    }
}
