using System.Collections.Immutable;
using Lodestar.Core.Runs;
using Lodestar.Core.Spec;
using TaskStatus = Lodestar.Core.Spec.TaskStatus;

namespace Lodestar.Core.Tests.Runs;

public class TaskSelectionTests
{
    private static readonly MissionId MissionId = new("01JZ0000000000000000000009");

    [Fact]
    public void Without_options_every_ready_task_is_taken_and_the_others_are_reported()
    {
        var (selection, _) = Choose(new(), "A", "B!verified", "C:B", "D!done", "E!deleted");

        Assert.Equal("A C", Text(selection!.Tasks.Select(task => task.Id)));
        Assert.Equal("B D E", Text(selection.LeftOut.Select(task => task.Task)));
    }

    [Fact]
    public void Without_options_what_waits_for_a_task_held_back_is_left_out_down_the_chain()
    {
        var (selection, _) = Choose(new(), "A!blocked", "B:A", "C:B", "D");

        Assert.Equal("D", Text(selection!.Tasks.Select(task => task.Id)));
        Assert.Equal(
            ["It is blocked.", "It waits for A, which is blocked.", "It waits for B, which is left out."],
            selection.LeftOut.Select(task => task.Reason));
    }

    [Fact]
    public void A_named_task_whose_dependency_is_neither_verified_nor_named_is_refused()
    {
        var (_, refusal) = Choose(new() { Tasks = [new("B")] }, "A", "B:A");

        Assert.Equal("dependency-not-selected", refusal?.Code);
        Assert.Equal("add --task A", refusal?.Hint);
        Assert.Equal("Task B depends on A, which is ready and not part of the run.", refusal?.Message);
    }

    [Fact]
    public void A_done_dependency_has_to_be_verified_first()
    {
        var (_, refusal) = Choose(new() { Tasks = [new("B")] }, "A!done", "B:A");

        Assert.Equal("lodestar task verify A", refusal?.Hint);
    }

    [Fact]
    public void A_mission_chooses_its_tasks()
    {
        var (selection, _) = Choose(new() { Mission = "reset" }, "A", "B", "C");

        Assert.Equal("A B", Text(selection!.Tasks.Select(task => task.Id)));
        Assert.Equal(MissionId, selection.Mission?.Id);
    }

    [Fact]
    public void A_label_narrows_a_mission()
    {
        var (selection, _) = Choose(new() { Mission = "reset", Label = "ui" }, "A", "B#ui", "C#ui");

        Assert.Equal("B", Text(selection!.Tasks.Select(task => task.Id)));
    }

    [Theory]
    [InlineData("task-unknown", "Z", null, "A")]
    [InlineData("task-not-ready", "A", null, "A!todo")]
    [InlineData("task-not-ready", "A", null, "A!deleted")]
    [InlineData("nothing-to-run", "A", null, "A!verified")]
    [InlineData("nothing-to-run", null, null, "A!done B!deleted")]
    [InlineData("nothing-to-run", null, null, "")]
    [InlineData("mission-unknown", null, "other", "A")]
    [InlineData("mission-ambiguous", null, "twice", "A")]
    [InlineData("task-ids-collide", null, null, "Task1 TASK1")]
    [InlineData("dependency-unknown", null, null, "A:Nowhere")]
    [InlineData("dependency-cycle", null, null, "A:B B:C C:A D:A")]
    [InlineData("dependency-cycle", null, null, "A:A")]
    public void What_cannot_be_run_is_refused(string code, string? task, string? mission, string tasks)
    {
        var request = new RunRequest { Mission = mission, Tasks = task is null ? [] : [new(task)] };

        var (selection, refusal) = Choose(request, tasks.Split(' ', StringSplitOptions.RemoveEmptyEntries));

        Assert.Equal(code, refusal?.Code);
        Assert.Null(selection);
    }

    [Fact]
    public void A_cycle_is_named_as_a_closed_path()
    {
        var (_, refusal) = Choose(new(), "A:B", "B:C", "C:B");

        Assert.Equal("These tasks wait for each other: B -> C -> B.", refusal?.Message);
    }

    [Fact]
    public void A_long_chain_behind_a_blocked_task_is_left_out_quickly()
    {
        var chain = Enumerable.Range(1, 20_000).Reverse().Select(at => $"T{at}:T{at - 1}").Append("T0!blocked").Append("Free");

        var (selection, _) = Choose(new(), [.. chain]);

        Assert.Equal("Free", Text(selection!.Tasks.Select(task => task.Id)));
    }

    // "C:A,B" depends on A and B, "C!done" has that status, "C#ui" that label.
    private static (TaskSelection? Selection, Refusal? Refusal) Choose(RunRequest request, params string[] tasks)
    {
        var spec = new ProjectSpec(
            new(null, "p", "main"),
            [
                new(MissionId, "reset", "Reset", "", [new("A"), new("B")]),
                new(new("01JZ0000000000000000000008"), "twice", "", "", []),
                new(new("01JZ0000000000000000000007"), "twice", "", "", []),
            ],
            [.. tasks.Select(Define)]);
        var refusal = TaskSelection.Choose(spec, task => task.Status ?? TaskStatus.Ready, request, out var selection);
        return (selection, refusal);
    }

    private static TaskDefinition Define(string text)
    {
        var parts = text.Split(':', '!', '#');
        var mark = text.IndexOfAny([':', '!', '#']);
        var rest = mark < 0 ? "" : text[(mark + 1)..];
        return new(
            new(parts[0]), parts[0], "", [],
            mark >= 0 && text[mark] == ':' ? [.. rest.Split(',').Select(id => new TaskId(id))] : [],
            mark >= 0 && text[mark] == '#' ? [rest] : [],
            [], 100,
            mark >= 0 && text[mark] == '!' ? Enum.Parse<TaskStatus>(rest, ignoreCase: true) : null);
    }

    private static string Text(IEnumerable<TaskId> tasks) => string.Join(' ', tasks);
}
