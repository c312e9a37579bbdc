using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using Lodestar.Core;
using Lodestar.Engine.Operations;
using Lodestar.Engine.Spec;
using Lodestar.Engine.Tests.Spec;
using Lodestar.TestKit;

namespace Lodestar.Engine.Tests.Operations;

/// <summary>Whatever verb of planning is run on a long spec that people wrote, no byte changes but those of the tasks it is about.</summary>
public sealed class UntouchedBytesTests
{
    private static readonly string[] Words = ["plain", "yes", "a: b # c", "- dash", "two\nlines", "", "ünïcode 日本", "'q'", "\"", "[/x]", "null"];

    [Fact]
    public void A_verb_of_planning_touches_the_lines_of_its_own_tasks_alone()
    {
        var cases =
            from text in GeneratedSpec.Any
            from steps in Gen.ArrayOf(Gen.Choose(0, int.MaxValue - 1), 12)
            select (text, steps);

        Prop.ForAll(cases.ToArbitrary(), given =>
        {
            using var plan = new WrittenPlan(given.text);
            plan.PlayAsync(given.steps).GetAwaiter().GetResult();
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(4));
    }

    private sealed class WrittenPlan : IDisposable
    {
        private readonly PlaneProject project = new("");
        private readonly string path;

        internal WrittenPlan(string text)
        {
            path = Path.Combine(project.Root, ".lodestar", "spec.yaml");
            File.WriteAllText(path, text);
            File.WriteAllText(Path.Combine(project.Root, "PRD.md"), "# A\nfirst\n# B\nsecond\n");
        }

        public void Dispose() => project.Dispose();

        internal async Task PlayAsync(int[] steps)
        {
            // The first change of a plan without an identity gives it one, and changes the head for that.
            var before = Read();
            await project.DoneAsync(new UpdateTask(before.Spec.Tasks[0].Id.Value) { Title = "First" }.ExecuteAsync);
            foreach (var step in steps)
                await StepAsync(new Random(step));
        }

        private async Task StepAsync(Random random)
        {
            var before = Read();
            var task = Fuzzing.Pick(random, before.Spec.Tasks).Id;
            var other = Fuzzing.Pick(random, before.Spec.Tasks).Id;
            var adds = false;
            HashSet<TaskId> meant = [task];
            string? refused;
            switch (random.Next(8))
            {
                case 0:
                    refused = await TryAsync(new CreateTask("New " + Word(random)) { Description = Word(random), Labels = [Word(random)], DependsOn = [other.Value] }.ExecuteAsync);
                    adds = true;
                    break;
                case 1:
                    refused = await TryAsync(new CreateTasks(Batch(random, other), "-").ExecuteAsync);
                    adds = true;
                    break;
                case 2:
                    refused = await TryAsync(new UpdateTask(task.Value) { Title = "T" + Word(random), Description = Word(random), Priority = random.Next(-5, 200) }.ExecuteAsync);
                    break;
                case 3:
                    refused = await TryAsync(new UpdateTask(task.Value)
                    {
                        Labels = new([Word(random), "l"], ["a"]),
                        AcceptanceCriteria = new(["c" + Word(random)], ["works"]),
                        Locks = new(["src/x/**"], ["docs"]),
                        DependsOn = new([other.Value], []),
                    }.ExecuteAsync);
                    break;
                case 4:
                    refused = await TryAsync(new UpdateTask(task.Value) { Prd = Intent(random) }.ExecuteAsync);
                    break;
                case 5:
                    var deleted = await project.RunAsync(new DeleteTask(task.Value, Cascade: true).ExecuteAsync);
                    refused = deleted.Refusal?.Code;
                    meant.UnionWith(deleted.Data?.Deleted.Select(gone => gone.Id) ?? []);
                    break;
                case 6:
                    refused = await TryAsync(new RestoreTasks([task.Value]).ExecuteAsync);
                    break;
                default:
                    // Work is the runtime's: no byte of the plan changes.
                    refused = await TryAsync(new FinishTask(task.Value, null).ExecuteAsync) ?? "work";
                    break;
            }

            Assert.NotEqual("spec-invalid", refused);
            Compare(before, Read(), meant, adds, refused is not null);
        }

        private static void Compare(SpecDocument before, SpecDocument after, HashSet<TaskId> meant, bool adds, bool none)
        {
            var (old, now) = (before.Yaml.Text, after.Yaml.Text);
            if (none)
            {
                Assert.Equal(old, now);
            }
            else if (adds)
            {
                var same = old.AsSpan().CommonPrefixLength(now);
                Assert.EndsWith(old[same..], now, StringComparison.Ordinal);
                Assert.True(now.Length > old.Length);
            }
            else
            {
                Assert.Equal(Parts(before).Where(part => !meant.Contains(part.Task)), Parts(after).Where(part => !meant.Contains(part.Task)));
            }
        }

        /// <summary>The file cut before each task, and before what follows them.</summary>
        private static List<(TaskId Task, string Text)> Parts(SpecDocument document)
        {
            var text = document.Yaml.Text;
            var parts = new List<(TaskId, string)>();
            var (task, start) = (new TaskId("(head)"), 0);
            foreach (var (id, at) in document.Spec.Tasks.Select(one => (one.Id, LineStart(text, document.PositionOf(one.Id)!.Value.Line))))
            {
                parts.Add((task, text[start..at]));
                (task, start) = (id, at);
            }

            var tail = Math.Max(text.IndexOf("\nfeatures:", StringComparison.Ordinal), text.IndexOf("\n...", StringComparison.Ordinal));
            var end = tail < 0 ? text.Length : tail + 1;
            parts.Add((task, text[start..end]));
            parts.Add((new("(tail)"), text[end..]));
            return parts;
        }

        private static int LineStart(string text, int line)
        {
            var at = 0;
            for (; line > 1; line--)
                at = text.IndexOf('\n', at) + 1;
            return at;
        }

        private static PrdRequest Intent(Random random) => random.Next(4) switch
        {
            0 => new(null, [], null, Clear: true),
            1 => new(null, [], null, Validate: false, Rebaseline: true),
            2 => new("PRD.md", ["#b"], Word(random)),
            _ => new("PRD.md", ["#a", "#L1-L2"], null),
        };

        private static string Batch(Random random, TaskId other) =>
            $"- {{title: One, depends_on: [{JsonValue.Create(other.Value)!.ToJsonString()}]}}\n- title: Two {random.Next(9)}\n  labels: [x]\n";

        private static string Word(Random random) => Fuzzing.Pick(random, Words);

        private async Task<string?> TryAsync<T>(Func<EngineSession, CancellationToken, Task<Outcome<T>>> operation)
            where T : class => (await project.RunAsync(operation)).Refusal?.Code;

        private SpecDocument Read()
        {
            var read = SpecReader.Read(File.ReadAllText(path));
            return read.Data ?? throw new InvalidOperationException($"{read.Refusal}\n{File.ReadAllText(path)}");
        }
    }
}
