using System.Collections.Immutable;
using Lodestar.Core;
using Lodestar.Core.Policy;
using Lodestar.Core.Runs;
using Lodestar.Engine.Yaml;

namespace Lodestar.Engine.Spec;

/// <summary>Turns <c>charter.yaml</c> and <c>local.yaml</c> into their models. A key nothing uses is an error, with what was
/// probably meant: governance that is silently ignored is worse than none.</summary>
public sealed class CharterReader
{
    private static readonly string[] Adapters = ["exec", "native", "scripted"];
    private readonly YamlDocument document;
    private readonly SourceErrors errors;
    private readonly YamlFields fields;

    private CharterReader(string text)
    {
        document = YamlDocument.Parse(text);
        errors = new(document);
        fields = new(errors);
    }

    /// <summary>Reads a charter.</summary>
    /// <returns>The charter, or the refusal <c>charter-invalid</c> with all errors of the file.</returns>
    public static Outcome<Charter> Read(string text)
    {
        var reader = new CharterReader(text);
        var charter = reader.Root() is { } root ? reader.ReadCharter(root) : Charter.BuiltIn;
        return reader.Finish(charter, CharterFile.CharterPath);
    }

    /// <summary>Reads this machine's settings.</summary>
    /// <returns>The settings, or the refusal <c>charter-invalid</c> with all errors of the file.</returns>
    public static Outcome<LocalSettings> ReadLocal(string text)
    {
        var reader = new CharterReader(text);
        var local = reader.Root() is { } root ? reader.ReadLocal(root) : LocalSettings.None;
        return reader.Finish(local, CharterFile.LocalPath);
    }

    private YamlMap? Root()
    {
        if (document.Root is not null and not YamlMap)
            errors.Add(document.Root, "map-expected", "The file must be a mapping.");
        return document.Root as YamlMap;
    }

    private Outcome<T> Finish<T>(T model, string path)
        where T : class
    {
        foreach (var problem in document.Problems)
            errors.Add(problem);
        return errors.Count > 0 ? errors.ToRefusal("charter-invalid", path) : model;
    }

    private Charter ReadCharter(YamlMap root)
    {
        Known(root, "", "policy", "pipeline", "checks", "profiles", "protected_paths", "rules", "lane", "on_finish", "spec_documents", "redact");
        var lane = fields.Map(root, "lane");
        if (lane is not null)
            Known(lane, "lane.", "setup", "copy");
        return new(
            ReadPolicy(root),
            ReadPipeline(root),
            ReadChecks(root),
            ReadProfiles(root),
            [.. Patterns(root, "protected_paths").Prepend(Charter.AlwaysProtected).Distinct()],
            fields.Texts(root, "rules"),
            lane is null ? Charter.BuiltIn.Lane : new LanePreparation(fields.Texts(lane, "setup"), Patterns(lane, "copy")),
            Filled(root, "on_finish"),
            ReadDocuments(root),
            ReadRedact(root));
    }

    private ImmutableArray<MaintainedDocument> ReadDocuments(YamlMap root)
    {
        var documents = ImmutableArray.CreateBuilder<MaintainedDocument>();
        if (fields.Map(root, "spec_documents") is not { } map)
            return [];
        foreach (var (path, node) in map.Entries)
        {
            if (path.Value.Split('/').Any(part => part is "" or "." or ".."))
                errors.Add(path, "document-path", $"\"{path.Value}\" is no path of a file below the repository's root.");
            var sections = fields.Texts(map, path.Value);
            if (sections.IsEmpty || sections.Any(string.IsNullOrWhiteSpace))
                errors.Add(node, "required", $"{path.Value} needs a list of the headings whose sections may change, or [\"*\"].");
            documents.Add(new(path.Value, [.. sections.Select(section => section.Trim())]));
        }

        return documents.ToImmutable();
    }

    private LocalSettings ReadLocal(YamlMap root)
    {
        Known(root, "", "policy", "worktrees", "redact");
        return new(ReadPolicy(root), Filled(root, "worktrees"), ReadRedact(root));
    }

    private ImmutableArray<string> ReadRedact(YamlMap root)
    {
        var items = fields.Items(root, "redact");
        var patterns = ImmutableArray.CreateBuilder<string>();
        foreach (var item in items.Take(RedactionPattern.MaxCount))
        {
            if (fields.Text(item, "an item of redact") is not { } pattern)
                continue;
            patterns.Add(pattern);
            if (RedactionPattern.Problem(pattern) is { } problem)
                errors.Add(item, "redact-pattern", problem);
        }

        if (items.Count > RedactionPattern.MaxCount)
            errors.Add(items[RedactionPattern.MaxCount], "redact-pattern", $"redact has more than {RedactionPattern.MaxCount} patterns.");
        return patterns.ToImmutable();
    }

    private PolicyValues ReadPolicy(YamlMap root)
    {
        var values = PolicyValues.None;
        if (fields.Map(root, "policy") is not { } policy)
            return values;

        const string budget = "budget_";
        var top = PolicyKey.All.Select(key => key.Name).Where(name => !name.StartsWith(budget, StringComparison.Ordinal));
        Known(policy, "policy.", [.. top, "budget"]);
        values = ReadKeys(policy, "", values);
        if (fields.Map(policy, "budget") is { } limits)
        {
            Known(limits, "policy.budget.", "usd", "tokens");
            values = ReadKeys(limits, budget, values);
        }

        return values;
    }

    private PolicyValues ReadKeys(YamlMap map, string prefix, PolicyValues values)
    {
        foreach (var (name, node) in map.Entries)
        {
            if (PolicyKey.Named(prefix + name.Value) is not { } key || node is YamlScalar { IsNull: true })
                continue;
            if (fields.Text(node, name.Value) is not { } text)
                continue;
            if (key.Read(values, text) is { } read)
                values = read;
            else if (key.Refuse(text, name.Value) is { } refusal)
                errors.Add(node, refusal.Code, $"{name.Value} is {key.Form}.");
        }

        return values;
    }

    private ImmutableArray<string> ReadPipeline(YamlMap root)
    {
        if (YamlFields.Value(root, "pipeline") is null)
            return Charter.BuiltIn.Pipeline;
        var words = ImmutableArray.CreateBuilder<string>();
        var last = -1;
        foreach (var item in fields.Items(root, "pipeline"))
        {
            if (fields.Text(item, "a step of the pipeline") is not { } word)
                continue;
            var place = Charter.PipelineWords.IndexOf(word);
            if (place < 0)
                errors.Add(item, "step-known", $"\"{word}\" is no step; the steps are {string.Join(", ", Charter.PipelineWords)}.");
            else if (place <= last)
                errors.Add(item, "step-order", $"The steps come once each, in the order {string.Join(", ", Charter.PipelineWords)}.");
            last = Math.Max(last, place);
            words.Add(word);
        }

        if (!words.Contains("implement") || !words.Contains("merge"))
            errors.Add(root.Find("pipeline")!.Value, "step-required", "A pipeline begins with implement and ends with merge.");
        return words.ToImmutable();
    }

    private ImmutableArray<CharterCheck> ReadChecks(YamlMap root)
    {
        var checks = ImmutableArray.CreateBuilder<CharterCheck>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var item in fields.Items(root, "checks"))
        {
            if (item is not YamlMap map)
            {
                errors.Add(item, "map-expected", "A check must be a mapping with name and run.");
                continue;
            }

            Known(map, "checks.", "name", "run", "timeout");
            var name = Required(map, "name", "A check");
            if (name.Length > 0 && !names.Add(name))
                errors.Add(map.Find("name")!.Value, "duplicate-name", $"Two checks are called \"{name}\".");
            checks.Add(new(name, Required(map, "run", "A check"), Length(map, "timeout")));
        }

        return checks.ToImmutable();
    }

    private ImmutableSortedDictionary<string, CharterProfile> ReadProfiles(YamlMap root)
    {
        var profiles = Charter.BuiltIn.Profiles.ToBuilder();
        foreach (var (name, node) in fields.Map(root, "profiles")?.Entries ?? [])
        {
            if (node is YamlMap map)
                profiles[name.Value] = ReadProfile(name.Value, map);
            else
                errors.Add(node, "map-expected", $"Profile {name.Value} must be a mapping.");
        }

        return profiles.ToImmutable();
    }

    private CharterProfile ReadProfile(string name, YamlMap map)
    {
        Known(map, $"profiles.{name}.", "adapter", "command", "model", "guidance", "env", "timeout");
        var adapter = Required(map, "adapter", $"Profile {name}");
        if (adapter.Length > 0 && !Adapters.Contains(adapter))
            errors.Add(map.Find("adapter")!.Value, "adapter-known", $"\"{adapter}\" is no adapter; there are {string.Join(", ", Adapters)}.");
        var command = fields.Texts(map, "command");
        if (command.IsEmpty)
            errors.Add(map, "required", $"Profile {name} needs a command: a list of the program and its arguments.");
        foreach (var (item, variable) in fields.Items(map, "env").Zip(fields.Texts(map, "env")))
        {
            if (variable.Length == 0 || variable.Contains('=') || variable.Contains('\0'))
                errors.Add(item, "variable-name", $"\"{variable}\" is no name of an environment variable.");
        }

        return new(adapter, command, Filled(map, "model"), Filled(map, "guidance"), fields.Texts(map, "env"), Length(map, "timeout"));
    }

    private ImmutableArray<string> Patterns(YamlMap map, string key)
    {
        foreach (var item in fields.Items(map, key).OfType<YamlScalar>())
        {
            if (Core.Lanes.FileScope.Problem(item.Value) is { } problem)
                errors.Add(item, "file-pattern", problem);
        }

        return fields.Texts(map, key);
    }

    private TimeSpan? Length(YamlMap map, string key)
    {
        if (fields.Text(map, key) is not { } text)
            return null;
        if (Duration.TryParse(text, out var length))
            return length;
        errors.Add(map.Find(key)!.Value, "duration", $"{key} is a length of time, written {Duration.Forms}.");
        return null;
    }

    private string Required(YamlMap map, string key, string who)
    {
        var text = fields.Text(map, key);
        if (string.IsNullOrWhiteSpace(text) && map.Find(key)?.Value is null or YamlScalar)
            errors.Add(map, "required", $"{who} needs {key}.");
        return text ?? "";
    }

    private string? Filled(YamlMap map, string key) =>
        fields.Text(map, key) is { } text && !string.IsNullOrWhiteSpace(text) ? text : null;

    private void Known(YamlMap map, string place, params string[] keys)
    {
        foreach (var (key, _) in map.Entries)
        {
            if (keys.Contains(key.Value))
                continue;
            var meant = Spelling.Closest(key.Value, keys) is { } closest
                ? $"did you mean {closest}?"
                : $"there are {string.Join(", ", keys)}.";
            errors.Add(key, "key-known", $"Key \"{place}{key.Value}\" is not known; {meant}");
        }
    }
}
