using System.Collections.Immutable;
using FsCheck;
using FsCheck.Fluent;
using Lodestar.Core;
using Lodestar.Core.Spec;
using Lodestar.Engine.Spec;
using TaskStatus = Lodestar.Core.Spec.TaskStatus;

namespace Lodestar.Engine.Tests.Spec;

public sealed class SpecEditorTests
{
    private static readonly string[] Texts =
    [
        "simple", "yes", "1e3", "12", "a: b", "a # b", "- dash", "ünïcode", "two\nlines", "two\nlines\n", "\n lead", "tab\there", "'quotes'", "\"double\"",
        "", " blank ", "~", "null", "@at", "%x", "*star", "[x]", "{x}", "back\\slash", "😀 emoji", "0x1f", "2024-01-02", "trail:", "line\u2028sep", "a, b", "x\r\ny", "---",
    ];

    [Fact]
    public void Any_single_edit_changes_its_task_alone_and_gives_exactly_the_model_asked_for()
    {
        var cases =
            from text in GeneratedSpec.Any
            from task in Gen.Choose(0, 1_000)
            from edit in Gen.Choose(0, 11)
            from word in Gen.Elements(Texts)
            from other in Gen.Elements(Texts)
            select (text, task, edit, word, other);

        Prop.ForAll(cases.ToArbitrary(), given =>
        {
            var read = SpecReader.Read(given.text);
            var before = read.Data ?? throw new InvalidOperationException(read.Refusal!.ToString());
            var index = given.task % before.Spec.Tasks.Length;
            var task = before.Spec.Tasks[index];

            var after = Edit(before, task, given.edit, given.word, given.other);

            if (after.Data is null)
                throw new InvalidOperationException($"{after.Refusal} editing {task.Id}");
            return StaysOutside(before, after.Data, index, given.edit == 0);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(300));
    }

    [Theory]
    [InlineData("project:\n  name: p\ntasks: {}\n", "project:\n  name: p\ntasks:\n  F1:\n    title: T\n")]
    [InlineData("project:\n  name: p\ntasks:   # none yet\n", "project:\n  name: p\ntasks:   # none yet\n  F1:\n    title: T\n")]
    [InlineData("project:\n  name: p", "project:\n  name: p\ntasks:\n  F1:\n    title: T\n")]
    [InlineData("tasks: []\n", "tasks:\n  - id: F1\n    title: T\n")]
    [InlineData("tasks:\n    A:\n        title: a", "tasks:\n    A:\n        title: a\n    F1:\n        title: T\n")]
    [InlineData("tasks:\n- id: A\n  title: a\n\n- id: B\n  title: b\n# end\n", "tasks:\n- id: A\n  title: a\n\n- id: B\n  title: b\n\n- id: F1\n  title: T\n# end\n")]
    [InlineData("tasks:\n  A: {title: a}\nx: 1\n", "tasks:\n  A: {title: a}\n  F1: {title: T}\nx: 1\n")]
    [InlineData("tasks:\n  A:\n    title: a\r\n    # of A\r\n", "tasks:\n  A:\n    title: a\r\n    # of A\r\n  F1:\n    title: T\n")]
    public void A_new_task_looks_like_its_neighbours(string before, string after)
    {
        var edited = SpecEditor.AddTask(SpecReader.Read(before).Data!, Task("F1"));

        Assert.Equal(after, edited.Data?.Yaml.Text);
    }

    [Theory]
    [InlineData("status: todo # x\n    priority: 1", "status: done # x\n    priority: 1")]
    [InlineData("priority: 1", "priority: 1\n    status: done")]
    [InlineData("created_at: '2024-01-02'", "status: done\n    created_at: '2024-01-02'")]
    public void A_status_is_set_where_it_belongs(string before, string after)
    {
        var document = SpecReader.Read($"tasks:\n  F1:\n    title: T\n    {before}\n").Data!;

        var edited = SpecEditor.SetStatus(document, new("F1"), TaskStatus.Done);

        Assert.Equal($"tasks:\n  F1:\n    title: T\n    {after}\n", edited.Data?.Yaml.Text);
    }

    [Fact]
    public void Removing_the_last_item_leaves_an_empty_list_and_the_comments()
    {
        var document = SpecReader.Read("tasks:\n  F1:\n    title: T\n    labels:\n      # which\n      - a\n    locks: [x]\n").Data!;

        var edited = SpecEditor.SetList(document, new("F1"), TaskListField.Labels, []).Data!;
        edited = SpecEditor.SetList(edited, new("F1"), TaskListField.Locks, []).Data!;

        Assert.Equal("tasks:\n  F1:\n    title: T\n    labels: []\n      # which\n    locks: []\n", edited.Yaml.Text);
    }

    [Theory]
    [InlineData("", "project:\n  id: {0}\n")]
    [InlineData("name: p # x\n", "id: {0}\nname: p # x\n")]
    [InlineData("project:\n  name: p\n", "project:\n  id: {0}\n  name: p\n")]
    [InlineData("project: {name: p}\n", "project: {id: {0}, name: p}\n")]
    [InlineData("tasks: {}\n", "project:\n  id: {0}\ntasks: {}\n")]
    public void The_project_gets_its_identity(string before, string after)
    {
        const string id = "01JZ0000000000000000000000";

        var edited = SpecEditor.SetProjectId(SpecReader.Read(before).Data!, new(id));

        Assert.Equal(after.Replace("{0}", id, StringComparison.Ordinal), edited.Data?.Yaml.Text);
    }

    [Fact]
    public void Missions_are_added_one_behind_the_other()
    {
        var document = SpecReader.Read("tasks:\n  F1: {title: T}\n").Data!;
        var one = new MissionDefinition(new("01JZ0000000000000000000001"), "one", "One: first", "", [new("F1")]);
        var two = one with { Id = new("01JZ0000000000000000000002"), Slug = "two" };

        var edited = SpecEditor.AddMission(SpecEditor.AddMission(document, one).Data!, two).Data!;

        Assert.Equal(["one", "two"], edited.Spec.Missions.Select(mission => mission.Slug));
        Assert.EndsWith("tasks:\n  F1: {title: T}\n", edited.Yaml.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Many_tasks_are_added_and_marked_at_once_each_in_its_place()
    {
        var text = string.Concat(Enumerable.Range(0, 40).Select(number => $"  T{number:000}: {{title: t{number}}} # {number}\n"));
        var document = SpecReader.Read("tasks:\n" + text + "features: {}\n").Data!;

        var edited = SpecEditor.SetStatuses(document, document.Spec.Tasks.Select(task => task.Id), TaskStatus.Deleted).Data!;
        edited = SpecEditor.AddTasks(edited, [Task("A"), Task("B"), Task("C")]).Data!;
        edited = SpecEditor.SetStatuses(edited, document.Spec.Tasks.Select(task => task.Id), null).Data!;

        Assert.Equal("tasks:\n" + text + "  A: {title: T}\n  B: {title: T}\n  C: {title: T}\nfeatures: {}\n", edited.Yaml.Text);
    }

    [Fact]
    public void Agreeing_to_a_document_anew_changes_the_digests_alone()
    {
        const string text = "tasks:\n  F1:\n    title: T\n    prd: # why\n      source: PRD.md # the one\n      owner: us\n      refs:\n      - anchor: '#a' # first\n      - {anchor: '#b', hash: x}\n      prd_hash: abc # old\n";
        var document = SpecReader.Read(text).Data!;
        var prd = document.Spec.Tasks[0].Prd[0];

        var edited = SpecEditor.SetPrd(
            document, new("F1"), [prd with { PrdHash = "new", Refs = [.. prd.Refs.Select(section => section with { Hash = "h" })] }]);

        Assert.Equal(
            text.Replace("- anchor: '#a' # first\n", "- anchor: '#a' # first\n        hash: h\n", StringComparison.Ordinal)
                .Replace("hash: x", "hash: h", StringComparison.Ordinal).Replace("abc #", "new #", StringComparison.Ordinal),
            edited.Data?.Yaml.Text);
    }

    [Fact]
    public void What_an_anchor_shares_is_not_edited_behind_its_back()
    {
        var document = SpecReader.Read("base: &b {labels: [x]}\ntasks:\n  F1: {title: T, <<: *b}\n").Data!;

        var edited = SpecEditor.SetList(document, new("F1"), TaskListField.Labels, ["y"]);

        Assert.Equal("spec-edit-unsupported", edited.Refusal?.Code);
    }

    private static Outcome<SpecDocument> Edit(SpecDocument before, TaskDefinition task, int edit, string word, string other)
    {
        var title = string.IsNullOrWhiteSpace(word) ? "T" : word;
        return edit switch
        {
            0 => SpecEditor.AddTask(before, Task("NEW") with { Title = title, Description = other, Labels = [word], AcceptanceCriteria = [other, "x"] }),
            1 => SpecEditor.SetTitle(before, task.Id, title),
            2 => SpecEditor.SetDescription(before, task.Id, word),
            3 => SpecEditor.SetPriority(before, task.Id, -3),
            4 => SpecEditor.SetStatus(before, task.Id, word.Length % 2 == 0 ? null : TaskStatus.Verified),
            5 => SpecEditor.SetList(before, task.Id, TaskListField.Labels, [.. task.Labels.Skip(1), word, other]),
            6 => SpecEditor.SetList(before, task.Id, TaskListField.AcceptanceCriteria, word.Length % 2 == 0 ? [] : [.. task.AcceptanceCriteria, other]),
            8 => SpecEditor.SetList(before, task.Id, TaskListField.Locks, [.. task.Locks.Skip(1), "src/" + other.Length]),
            9 => SpecEditor.SetList(before, task.Id, TaskListField.DependsOn, [.. task.DependsOn.Select(id => id.Value).Skip(1), "D" + word.Length]),
            10 => DeletedAndRestored(before, task),
            11 => SpecStep.Take(before,
            [
                SpecEditor.SetTitle(task.Id, title), SpecEditor.SetPriority(task.Id, 9), SpecEditor.SetDescription(task.Id, other),
                .. SpecEditor.SetList(task.Labels, task.Id, TaskListField.Labels, [.. task.Labels.Skip(1), word, other]),
                .. PrdEditing.Set(task.Prd, task.Id, Intent(task, word)),
            ]),
            _ => SpecEditor.SetPrd(before, task.Id, Intent(task, word)),
        };
    }

    /// <summary>Restoring takes back exactly what deleting wrote, where the file had no status of its own.</summary>
    private static Outcome<SpecDocument> DeletedAndRestored(SpecDocument before, TaskDefinition task)
    {
        var deleted = SpecEditor.SetStatuses(before, [task.Id], TaskStatus.Deleted);
        if (deleted.Data is not { } gone)
            return deleted;
        var restored = SpecEditor.SetStatuses(gone, [task.Id], null);
        if (task.Status is null && restored.Data?.Yaml.Text != before.Yaml.Text)
            throw new InvalidOperationException($"from\n{before.Yaml.Text}\nto\n{restored.Data?.Yaml.Text}");
        return deleted;
    }

    private static ImmutableArray<PrdReference> Intent(TaskDefinition task, string word)
    {
        const string digest = "sha256:0000000000000000000000000000000000000000000000000000000000000000";
        var one = new PrdReference("P.md", [new("#x", [1, 2], digest), new(word, null)], word, null);
        return (word.Length % 4) switch
        {
            0 => [],
            1 => [one],
            2 => [one, new("docs/Q.md", [], null, digest)],

            // What is there, agreed to anew.
            _ => [.. task.Prd.Select(prd => prd with
            {
                PrdHash = digest, Excerpt = word, Refs = [.. prd.Refs.Select(section => section with { Hash = digest })],
            })],
        };
    }

    /// <summary>Everything before and behind the lines of the task is the same, byte for byte; a new task is one insertion.</summary>
    private static bool StaysOutside(SpecDocument before, SpecDocument after, int index, bool adds)
    {
        var old = before.Yaml.Text;
        var now = after.Yaml.Text;
        var tasks = before.Spec.Tasks;
        var start = LineOf(before, tasks[index].Id);
        var end = index + 1 < tasks.Length ? LineOf(before, tasks[index + 1].Id) : EndOfTasks(old);
        var ok = adds
            ? old.AsSpan().CommonPrefixLength(now) is var same && now.EndsWith(old[same..], StringComparison.Ordinal)
            : now.AsSpan(0, start).SequenceEqual(old.AsSpan(0, start)) && now.EndsWith(old[end..], StringComparison.Ordinal);
        return ok ? true : throw new InvalidOperationException($"from\n{old}\nto\n{now}");
    }

    private static int EndOfTasks(string text)
    {
        var tail = Math.Max(text.IndexOf("\nfeatures:", StringComparison.Ordinal), text.IndexOf("\n...", StringComparison.Ordinal));
        return tail < 0 ? text.Length : tail + 1;
    }

    private static int LineOf(SpecDocument document, TaskId task)
    {
        var place = document.PositionOf(task)!.Value;
        var at = 0;
        for (var line = 1; line < place.Line; line++)
            at = document.Yaml.Text.IndexOf('\n', at) + 1;
        return at;
    }

    private static TaskDefinition Task(string id) =>
        new(new(id), "T", "", [], [], [], [], TaskDefinition.DefaultPriority, null);
}
