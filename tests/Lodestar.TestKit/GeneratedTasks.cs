using System.Collections.Immutable;
using System.Text;
using Lodestar.Core;
using Lodestar.Core.Spec;
using TaskStatus = Lodestar.Core.Spec.TaskStatus;

namespace Lodestar.TestKit;

/// <summary>Specs drawn from a seed, with everything a spec can hold: odd ids, dependencies that do not exist, cycles,
/// equal priorities, every status, texts in any script.</summary>
public static class GeneratedTasks
{
    private static readonly string[] Words = ["", "plain", "two words", "größer", "日本語", "line\nbreak", "\"quoted\": yes", "# hash", "'"];

    /// <summary>Draws a spec.</summary>
    public static ProjectSpec Spec(int seed, int most)
    {
        var random = new Random(seed);
        var count = random.Next(most + 1);
        var ids = Enumerable.Range(0, count).Select(number => new TaskId(random.Next(4) == 0 ? $"Ö {number}" : $"T{number:000}")).ToArray();
        random.Shuffle(ids);
        return new(
            new(random.Next(2) == 0 ? null : new ProjectId("01JZ0000000000000000000000"), Word(random), "main")
            {
                Conventions = random.Next(2) == 0 ? "{}" : "{\"a\":1}",
            },
            random.Next(2) == 0 ? [] : [new(new("01JZ0000000000000000000001"), "slug", Word(random), Word(random), [.. ids.Take(3)])],
            [.. ids.Select(id => Task(random, id, ids))]);
    }

    /// <summary>A spec's text, for those of its fields that the planes judge by.</summary>
    public static string Yaml(ProjectSpec spec)
    {
        var text = new StringBuilder();
        foreach (var task in spec.Tasks)
        {
            text.Append($"  {Quoted(task.Id.Value)}:\n    title: {Quoted(task.Title)}\n    priority: {task.Priority}\n");
            text.Append($"    depends_on: [{string.Join(", ", task.DependsOn.Select(id => Quoted(id.Value)))}]\n");
            text.Append($"    labels: [{string.Join(", ", task.Labels.Select(Quoted))}]\n");
            if (task.Status is { } status)
                text.Append($"    status: {StatusText.Of(status)}\n");
        }

        return text.ToString().TrimEnd('\n');
    }

    private static TaskDefinition Task(Random random, TaskId id, TaskId[] all) => new(
        id,
        "t" + Word(random),
        Word(random),
        Some(random, () => Word(random)),
        Some(random, () => random.Next(12) == 0 ? new TaskId("missing") : all[random.Next(all.Length)]),
        Some(random, () => new[] { "feature", "docs", "später" }[random.Next(3)]),
        Some(random, () => $"src/{random.Next(9)}/**"),
        random.Next(5) == 0 ? int.MaxValue : random.Next(4),
        random.Next(2) == 0 ? null : (TaskStatus)random.Next(6))
    {
        Prd = Some(random, () => Prd(random)),
        CreatedAt = Time(random),
        UpdatedAt = Time(random),
        CompletedBy = random.Next(2) == 0 ? null : Word(random),
        CompletedAt = Time(random),
        VerifiedBy = random.Next(2) == 0 ? null : Word(random),
        VerifiedAt = Time(random),
    };

    private static PrdReference Prd(Random random) => new(
        "PRD.md",
        Some(random, () => new PrdSection("#a", random.Next(2) == 0 ? null : [1, random.Next(1, 9000)], random.Next(2) == 0 ? null : "sha256:11")),
        random.Next(2) == 0 ? null : Word(random),
        random.Next(2) == 0 ? null : "sha256:00");

    private static DateTimeOffset? Time(Random random) => random.Next(2) == 0
        ? null
        : new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.FromHours(random.Next(-3, 4))).AddTicks(random.Next(1000));

    private static ImmutableArray<T> Some<T>(Random random, Func<T> draw) =>
        [.. Enumerable.Range(0, Math.Max(0, random.Next(6) - 2)).Select(_ => draw())];

    private static string Word(Random random) => Words[random.Next(Words.Length)];

    private static string Quoted(string text) =>
        $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal)}\"";
}
