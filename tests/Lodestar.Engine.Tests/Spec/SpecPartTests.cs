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

    private static readonly string[] Pieces =
    [
        "", "\n", "  ", " ", "  NEW:\n    title: new\n", "  T001:\n    title: again\n", "    title: other\n", "    labels: [q]\n", "    depends_on:\n    - T000\n",
        "missions: []\n", "features: {}\n", "x", "'", "\"", "|\n", ": ", "# ", "\t", "\r", "\r\n", "- ", "- id: NEW\n  title: new\n", "---\n", "...\n", "\u2028", "\u0001",
        "<<<<<<< ours\n", "{", "]", "&a ", "*a", "\ud800", "    priority: 3 # soon\n", "    status: done\n", "    status: nonsense\n", "    description: |\n      two\n\n      lines\n\n",
        "  'A B': {title: flow}\n", "tasks:\n", "  ? x\n", "    <<: {a: 1}\n", "  A: \n", "    title: again\n", " title: up\n",
    ];

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
            TextEdit[] edits = [.. Enumerable.Range(0, random.Next(3) == 0 ? random.Next(1, 4) : 1).Select(_ => Edit(random, before.Text))];
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

    private static TextEdit Edit(Random random, string text)
    {
        var start = random.Next(text.Length + 1);
        if (random.Next(3) > 0)
            start = text.IndexOf('\n', Math.Min(start, text.Length - 1)) + 1;
        var end = random.Next(3) == 0 ? Math.Min(text.Length, start + random.Next(12)) : start;
        if (random.Next(8) == 0)
            end = text.IndexOf('\n', Math.Min(end, text.Length - 1)) is >= 0 and var line ? Math.Max(end, line + 1) : end;
        return new(start, end, Fuzzing.Pick(random, random.Next(2) == 0 ? Pieces : Pieces[..9]) + (random.Next(4) == 0 ? Fuzzing.Pick(random, Pieces) : ""));
    }
}
