using System.Collections.Immutable;
using System.Text;
using System.Text.Json.Nodes;

namespace Lodestar.TestKit.Rehearsal;

/// <summary>A project whose tasks, file scopes and scripted agents are drawn from a seed, for runs through the real program.
/// Every task can succeed in the end, so what the tree must hold then is known.</summary>
public sealed class RehearsedGraph
{
    /// <summary>The file loose tasks add a line to, and so conflict over.</summary>
    public const string LooseFile = "journal.txt";

    /// <summary>Fails unless every part is complete, stands on complete parts, and nothing holds conflict markers.</summary>
    private const string Check = """
        set -u
        for part in parts/*.txt; do
            [ -f "$part" ] || continue
            grep -q '^complete$' "$part" || { echo "$part is not complete"; exit 1; }
            for other in $(sed -n 's/^needs //p' "$part"); do
                grep -q '^complete$' "parts/$other.txt" || { echo "$part stands on nothing"; exit 1; }
            done
        done
        ! grep -l '^<<<<<<<' journal.txt shared/*

        """;

    private readonly Random random;

    /// <summary>Draws a graph.</summary>
    /// <param name="seed">Equal seeds give equal graphs.</param>
    /// <param name="count">Number of tasks.</param>
    public RehearsedGraph(int seed, int count)
    {
        random = new Random(seed);
        var drawn = new List<RehearsedTask>();
        for (var number = 1; number <= count; number++)
            drawn.Add(Draw($"G{number:00}", [.. drawn.Select(task => task.Id)]));
        Tasks = [.. drawn];
    }

    /// <summary>The tasks, dependencies before dependents.</summary>
    public ImmutableArray<RehearsedTask> Tasks { get; }

    /// <summary>Writes spec, charter, scripts, check and the first files into a directory.</summary>
    public void WriteTo(string directory)
    {
        var spec = new StringBuilder("project: {name: rehearsal, default_branch: main}\ntasks:\n");
        foreach (var task in Tasks)
        {
            spec.Append($"  {task.Id}: {{title: Part {task.Id}, depends_on: [{string.Join(", ", task.DependsOn)}], priority: {random.Next(5)}");
            if (!task.IsLoose)
                spec.Append($", locks: [{string.Join(", ", new[] { task.OwnFile, task.Shared }.OfType<string>())}]");
            spec.Append("}\n");
            Write(directory, $"scripts/{task.Id}.json", Builder(task).ToJsonString());
        }

        Write(directory, ".lodestar/spec.yaml", spec.ToString());
        Write(directory, ".lodestar/charter.yaml", """
            policy: {lanes: 4, max_attempts: 4, max_conflicts: 50}
            pipeline: [implement, check, review, merge]
            checks: [{name: parts, run: sh check.sh}]
            profiles:
              builder: {adapter: scripted, command: ["scripts/{task_id}.json"]}
              reviewer: {adapter: scripted, command: [scripts/reviewer.json]}

            """);
        Write(directory, "scripts/reviewer.json", Reviewer().ToJsonString());
        Write(directory, "check.sh", Check);
        Write(directory, LooseFile, "journal\n");
        foreach (var shared in Shared)
            Write(directory, shared, "shared\n");
    }

    /// <summary>What is wrong with a tree every task was integrated into; empty when nothing is.</summary>
    public IEnumerable<string> ProblemsOf(string directory)
    {
        foreach (var task in Tasks)
        {
            var path = Path.Combine(directory, task.OwnFile);
            var found = System.IO.File.Exists(path) ? System.IO.File.ReadAllText(path) : "nothing";
            if (found != task.OwnText)
                yield return $"{task.OwnFile} holds {found.ReplaceLineEndings("|")}";
        }

        foreach (var (file, lines) in Shared.Select(file => (file, Tasks.Where(task => task.Shared == file)))
            .Append((LooseFile, Tasks.Where(task => task.IsLoose))))
        {
            var expected = lines.Select(task => task.Id).Order(StringComparer.Ordinal);
            var found = System.IO.File.ReadAllLines(Path.Combine(directory, file)).Skip(1).Order(StringComparer.Ordinal);
            if (!found.SequenceEqual(expected))
                yield return $"{file} holds {string.Join(' ', found)} and should hold {string.Join(' ', expected)}";
        }
    }

    private static IReadOnlyList<string> Shared { get; } = ["shared/one.txt", "shared/two.txt"];

    private RehearsedTask Draw(string id, ImmutableArray<string> before)
    {
        var isLoose = random.Next(4) == 0;
        var troubles = Enum.GetValues<RehearsedTrouble>();
        return new RehearsedTask(
            id,
            [.. before.Reverse().Take(6).Where(_ => random.Next(4) == 0).Order(StringComparer.Ordinal)],
            !isLoose && random.Next(3) == 0 ? Shared[random.Next(Shared.Count)] : null,
            isLoose,
            [.. Enumerable.Range(0, random.Next(5) switch { 0 => 2, 1 => 1, _ => 0 }).Select(_ => troubles[random.Next(troubles.Length)])],
            random.Next(6) == 0,
            random.Next(3) == 0);
    }

    private static JsonObject Builder(RehearsedTask task)
    {
        var needs = string.Concat(task.DependsOn.Select(other => $"needs {other}\n"));
        var turns = new JsonArray();
        foreach (var (index, trouble) in task.Troubles.Index())
            turns.Add((JsonNode)Turn("implement", Trouble(task, trouble)).With("attempt", index + 1));

        var steps = new List<JsonObject> { File("write", task.OwnFile, needs + "complete\n") };
        if (task.Shared is { } shared)
            steps.Add(File("append", shared, $"{task.Id}\n"));
        if (task.IsLoose)
            steps.Add(File("append", LooseFile, $"{task.Id}\n"));
        if (!task.LeavesCommitToEngine)
            steps.Add(new() { ["commit"] = $"Part {task.Id}" });
        turns.Add((JsonNode)Turn("implement", steps));
        turns.Add((JsonNode)Turn("implement_changes", [File("append", task.OwnFile, "revised\n"), new() { ["commit"] = $"Revise part {task.Id}" }]));
        return new() { ["turns"] = turns };
    }

    private static List<JsonObject> Trouble(RehearsedTask task, RehearsedTrouble trouble) => trouble switch
    {
        RehearsedTrouble.Crashes => [File("write", task.OwnFile, "half"), new() { ["crash"] = true }],
        RehearsedTrouble.FailsTheCheck => [File("write", task.OwnFile, "half\n"), new() { ["commit"] = "Half a part" }],
        RehearsedTrouble.GivesUp => [new() { ["say"] = "This is too hard." }, new() { ["fail"] = "too_hard" }],
        RehearsedTrouble.ExitsSilently => [File("write", task.OwnFile, "half"), new() { ["exit"] = 3 }],
        RehearsedTrouble.ChangesNothing => [new() { ["text"] = "All done." }],
        _ => throw new ArgumentOutOfRangeException(nameof(trouble), trouble, "No script for this trouble."),
    };

    private JsonObject Reviewer()
    {
        var turns = new JsonArray();
        foreach (var task in Tasks.Where(task => task.IsReviewedTwice))
        {
            turns.Add((JsonNode)Turn("review", [new() { ["text"] = "Say that it is revised.", ["verdict"] = "changes_requested" }])
                .With("task", task.Id).With("round", 1));
        }

        turns.Add((JsonNode)Turn("review", [new() { ["verdict"] = "approved" }]));
        return new() { ["turns"] = turns };
    }

    private static JsonObject File(string step, string path, string text) =>
        new() { [step] = new JsonObject { ["path"] = path, ["text"] = text } };

    private static JsonObject Turn(string action, List<JsonObject> steps) =>
        new() { ["action"] = action, ["steps"] = new JsonArray([.. steps]) };

    private static void Write(string directory, string path, string content)
    {
        var full = Path.Combine(directory, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        System.IO.File.WriteAllText(full, content);
    }
}

/// <summary>Adds members to an object while it is made.</summary>
file static class JsonMembers
{
    internal static JsonObject With(this JsonObject made, string name, JsonNode value)
    {
        made[name] = value;
        return made;
    }
}
