using FsCheck;
using FsCheck.Fluent;
using Lodestar.Core.Spec;
using Lodestar.Engine.Spec;
using Lodestar.TestKit;

namespace Lodestar.Engine.Tests.Spec;

/// <summary>Reading the tasks an edit touches gives what reading the whole file gives, or nothing.</summary>
public sealed class SpecPartTests
{
    private const string Small = "name: p\ntasks:\n  A:\n    title: a\n  B:\n    title: b\n    labels: [x]\n  C:\n    title: c\nmissions: []\n";

    [Fact]
    public void Any_edit_at_all_is_read_in_part_as_it_is_read_as_a_whole()
    {
        SpecDocument[] texts =
        [
            .. from text in GeneratedSpec.Mapped.Sample(120, 40).Concat(GeneratedSpec.Any.Sample(60, 40)).Append(Small)
               let read = SpecReader.Read(text).Data!
               where read.Yaml.IsPlain
               select read,
        ];
        var inPart = 0;
        Fuzzing.Run(4000, random =>
        {
            var before = Fuzzing.Pick(random, texts);
            TextEdit[] edits = [.. Enumerable.Range(0, random.Next(3) == 0 ? random.Next(1, 4) : 1).Select(_ => SpecFuzz.Edit(random, before.Text))];
            if (TextEdit.Apply(before.Text, edits) is not { } text || SpecPart.Read(before, edits, text) is not { } part)
                return;

            var whole = SpecReader.Read(text);

            inPart++;
            Assert.True(whole.Data is not null, $"{whole.Refusal?.Message}\nfrom\n{before.Text}\nto\n{text}");
            Assert.True(SpecComparison.Same(whole.Data.Spec, part.Spec), $"from\n{before.Text}\nto\n{text}");
            Assert.Equal(text, part.Text);
        });
        Assert.True(inPart > 100, $"Only {inPart} edits were read in part.");
    }

    [Fact]
    public void What_the_editor_writes_into_a_common_file_is_read_in_part()
    {
        var before = SpecReader.Read(Small).Data!;
        var added = SpecEditor.AddTask(before, new(new("D"), "T", "", [], [], [], [], TaskDefinition.DefaultPriority, null)).Data!;
        var at = before.Text.IndexOf("missions", StringComparison.Ordinal);
        TextEdit[] edits = [new(at, at, "  D:\n    title: T\n")];

        var part = SpecPart.Read(before, edits, added.Text);

        Assert.True(SpecComparison.Same(added.Spec, part!.Spec));
        Assert.Equal(new(10, 3), part.PositionOf(new("D")));
    }

    [Fact]
    public void An_edit_behind_the_tasks_is_not_taken_for_one_of_them()
    {
        var before = SpecReader.Read(Small).Data!;
        var title = before.Text.IndexOf("title: c", StringComparison.Ordinal) + 7;
        var missions = before.Text.IndexOf("[]", StringComparison.Ordinal) + 1;
        TextEdit[] edits = [new(title, title + 1, "z"), new(missions, missions, " ")];

        Assert.Null(SpecPart.Read(before, edits, TextEdit.Apply(before.Text, edits)!));
    }

    [Fact]
    public void A_key_that_an_edit_moves_to_another_column_is_not_taken_for_what_it_was()
    {
        var before = SpecReader.Read(Small).Data!;
        var at = before.Text.IndexOf("  C:", StringComparison.Ordinal);
        TextEdit[] edits = [new(at, at + 1, "    priority: 3\n")];

        Assert.Null(SpecPart.Read(before, edits, TextEdit.Apply(before.Text, edits)!));
    }

    [Fact]
    public void An_id_that_is_taken_far_away_is_left_to_a_reading_of_the_whole()
    {
        var before = SpecReader.Read(Small).Data!;
        var at = before.Text.IndexOf("missions", StringComparison.Ordinal);
        TextEdit[] edits = [new(at, at, "  A:\n    title: T\n")];

        Assert.Null(SpecPart.Read(before, edits, TextEdit.Apply(before.Text, edits)!));
    }
}
