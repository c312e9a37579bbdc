using System.Text;
using Lodestar.Core;
using Lodestar.Core.Spec;
using Lodestar.Engine.Spec;
using TaskStatus = Lodestar.Core.Spec.TaskStatus;

namespace Lodestar.Engine.Tests.Spec;

public sealed class SpecReaderTests
{
    private const string Full =
        """
        project:
          id: 01JZ0000000000000000000000
          name: shop
          conventions: {indent: 2}
        missions:
          - {id: 01JZ0000000000000000000001, slug: reset, title: Reset, purpose: Why, tasks: [F001]}
        tasks:
          F001: # the first
            title: "Log in: yes"
            description: |
              Two
              lines
            acceptance_criteria:
            - works
            depends_on: []
            labels: [feature, security]
            locks: ["src/auth/**"]
            priority: -1
            colour: blue
            status: done
            created_at: '2024-05-06T07:08:09.123456+00:00'
            completed_at: 2024-05-06 08:00:00+00:00
            completed_by: A0000000F
            prd: {source: PRD.md, refs: [{anchor: "#login", lines: [10, 40]}], excerpt: null, prd_hash: "sha256:ab"}
          F002:
            title: Next
            depends_on: [F001]
        features: {auth: [F001]}
        """;

    [Fact]
    public void A_full_spec_is_read_with_everything_in_it()
    {
        var spec = SpecReader.Read(Full).Data!.Spec;

        Assert.Equal(new ProjectDefinition(new("01JZ0000000000000000000000"), "shop", "main") { Conventions = """{"indent":2}""" }, spec.Project);
        Assert.Equal(new TaskId("F001"), Assert.Single(Assert.Single(spec.Missions).Tasks));
        var task = spec.Tasks[0];
        Assert.Equal("Log in: yes", task.Title);
        Assert.Equal("Two\nlines\n", task.Description);
        Assert.Equal("works", Assert.Single(task.AcceptanceCriteria));
        Assert.Equal("feature security", string.Join(' ', task.Labels));
        Assert.Equal("src/auth/**", Assert.Single(task.Locks));
        Assert.Equal(-1, task.Priority);
        Assert.Equal(TaskStatus.Done, task.Status);
        Assert.Equal("A0000000F", task.CompletedBy);
        Assert.Equal(new DateTimeOffset(2024, 5, 6, 8, 0, 0, TimeSpan.Zero), task.CompletedAt);
        Assert.Equal("10 40", string.Join(' ', task.Prd[0].Refs[0].Lines!.Value));
        Assert.Equal(new TaskId("F001"), Assert.Single(spec.Tasks[1].DependsOn));
        Assert.Equal(TaskDefinition.DefaultPriority, spec.Tasks[1].Priority);
    }

    [Theory]
    [InlineData("project: {name: p}\ntasks:\n  F001: {title: T}\n")]
    [InlineData("project: {name: p}\ntasks:\n  - {id: F001, title: T}\n")]
    [InlineData("name: p\ntasks:\n- id: F001\n  title: T\n")]
    public void All_three_shapes_are_one_spec(string text)
    {
        var spec = SpecReader.Read(text).Data!.Spec;

        Assert.Equal("p", spec.Project.Name);
        Assert.Equal(new TaskId("F001"), Assert.Single(spec.Tasks).Id);
    }

    [Theory]
    [InlineData("")]
    [InlineData("# nothing yet\n")]
    [InlineData("tasks:\n")]
    public void A_spec_without_tasks_is_empty_not_wrong(string text) => Assert.Empty(SpecReader.Read(text).Data!.Spec.Tasks);

    [Theory]
    [InlineData("- a\n", "map-expected", 1, 1)]
    [InlineData("tasks: 3\n", "tasks-shape", 1, 8)]
    [InlineData("tasks:\n  F1: {title: T}\n  F1: {title: U}\n", "duplicate-id", 3, 3)]
    [InlineData("tasks:\n- {id: F1, title: T}\n- {id: F1, title: U}\n", "duplicate-id", 3, 8)]
    [InlineData("tasks:\n- {title: T}\n", "required", 2, 3)]
    [InlineData("tasks:\n  F1: {labels: [a]}\n", "required", 2, 3)]
    [InlineData("tasks:\n  F1: {title: T, priority: high}\n", "integer-expected", 2, 28)]
    [InlineData("tasks:\n  F1: {title: T, depends_on: F2}\n", "list-expected", 2, 30)]
    [InlineData("tasks:\n  F1: {title: T, status: finished}\n", "status-known", 2, 26)]
    [InlineData("tasks:\n  F1: {title: [T]}\n", "text-expected", 2, 15)]
    [InlineData("tasks:\n  F1: {title: T, created_at: soon}\n", "time-expected", 2, 30)]
    [InlineData("tasks:\n  F1: {title: T, title: U}\n", "duplicate-key", 2, 18)]
    [InlineData("project: {id: nope}\n", "id-form", 1, 15)]
    [InlineData("tasks:\n  F1: {title: T, prd: {refs: []}}\n", "required", 2, 23)]
    [InlineData("tasks:\n  F1: T\n", "map-expected", 2, 7)]
    [InlineData("tasks:\n- T\n", "map-expected", 2, 3)]
    [InlineData("tasks:\n  F1: {title: ' '}\n", "required", 2, 3)]
    [InlineData("tasks:\n  F1: {title: T, description: [x]}\n", "text-expected", 2, 31)]
    [InlineData("tasks:\n  F1: {title: T, acceptance_criteria: x}\n", "list-expected", 2, 39)]
    [InlineData("tasks:\n  F1: {title: T, labels: [[x]]}\n", "text-expected", 2, 27)]
    [InlineData("tasks:\n  F1: {title: T, locks: {a: b}}\n", "list-expected", 2, 25)]
    [InlineData("tasks:\n  F1: {title: T, priority: 1.5}\n", "integer-expected", 2, 28)]
    [InlineData("tasks:\n  F1: {title: T, priority: 99999999999}\n", "integer-expected", 2, 28)]
    [InlineData("tasks:\n  F1: {title: T, updated_at: soon}\n", "time-expected", 2, 30)]
    [InlineData("tasks:\n  F1: {title: T, completed_at: soon}\n", "time-expected", 2, 32)]
    [InlineData("tasks:\n  F1: {title: T, verified_at: soon}\n", "time-expected", 2, 31)]
    [InlineData("tasks:\n  F1: {title: T, completed_by: [x]}\n", "text-expected", 2, 32)]
    [InlineData("tasks:\n  F1: {title: T, verified_by: {a: b}}\n", "text-expected", 2, 31)]
    [InlineData("tasks:\n  F1: {title: T, prd: P.md}\n", "map-expected", 2, 23)]
    [InlineData("tasks:\n  F1: {title: T, prd: [P.md]}\n", "map-expected", 2, 24)]
    [InlineData("tasks:\n  F1: {title: T, prd: {source: P.md, refs: [x]}}\n", "map-expected", 2, 45)]
    [InlineData("tasks:\n  F1: {title: T, prd: {source: P.md, refs: [{lines: [3, 1]}]}}\n", "line-range", 2, 53)]
    [InlineData("tasks:\n  F1: {title: T, prd: {source: P.md, refs: [{hash: x}]}}\n", "required", 2, 45)]
    [InlineData("missions:\n- {id: nope, slug: s, title: t, tasks: []}\n", "id-form", 2, 8)]
    [InlineData("project: []\n", "map-expected", 1, 10)]
    public void An_error_names_its_rule_line_and_column(string text, string rule, int line, int column)
    {
        var refusal = SpecReader.Read(text).Refusal!;

        Assert.Equal("spec-invalid", refusal.Code);
        var error = Assert.Single(refusal.Details["errors"]!.AsArray())!;
        Assert.Equal((rule, line, column), ((string)error["rule"]!, (int)error["line"]!, (int)error["column"]!));
        Assert.StartsWith($".lodestar/spec.yaml:{line}:{column}: ", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void All_errors_of_a_file_are_told_at_once_up_to_a_limit()
    {
        var text = new StringBuilder("tasks:\n");
        for (var number = 0; number < 60; number++)
            text.Append($"  F{number}: {{title: T, priority: x}}\n");

        var details = SpecReader.Read(text.ToString()).Refusal!.Details;

        Assert.Equal(60, (int)details["count"]!);
        Assert.Equal(50, details["errors"]!.AsArray().Count);
    }

    [Fact]
    public void A_dependency_on_nothing_is_placed_where_it_is_written()
    {
        var document = SpecReader.Read("tasks:\n  F1:\n    title: T\n    depends_on:\n      - F9\n").Data!;

        var refusal = document.Refuse(SpecCheck.Run(document.Spec))!;

        var error = Assert.Single(refusal.Details["errors"]!.AsArray())!;
        Assert.Equal(("dependency-unknown", 5, 9), ((string)error["rule"]!, (int)error["line"]!, (int)error["column"]!));
    }

    [Fact]
    public void Ten_thousand_tasks_are_read()
    {
        var text = new StringBuilder("tasks:\n");
        for (var number = 0; number < 10_000; number++)
            text.Append($"  T{number:000}:\n    title: Task number {number}\n    description: \"A text: with {number} in it\"\n    labels: [a, b]\n    depends_on: [T{number / 2:000}]\n");

        var read = SpecReader.Read(text.ToString());
        Assert.Equal(10_000, read.Data!.Spec.Tasks.Length);
    }
}
