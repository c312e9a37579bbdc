using FsCheck;
using FsCheck.Fluent;
using Lodestar.Core.Spec;
using Lodestar.Engine.Spec;
using Lodestar.Engine.Tests.Yaml;
using Lodestar.Engine.Yaml;
using Lodestar.TestKit;

namespace Lodestar.Engine.Tests.Spec;

/// <summary>A spec read task by task is the spec read whole, or is not read.</summary>
public sealed class SpecHarvestTests
{
    [Fact]
    public void Whatever_is_harvested_is_what_a_reading_of_the_whole_gives()
    {
        string[] texts = [.. GeneratedSpec.Mapped.Sample(120, 40), .. GeneratedSpec.Any.Sample(60, 40)];
        var harvested = 0;
        Fuzzing.Run(4000, random =>
        {
            var text = Fuzzing.Pick(random, texts);
            for (var edits = random.Next(3); edits > 0; edits--)
                text = TextEdit.Apply(text, [SpecFuzz.Edit(random, text)])!;
            if (SpecReader.Harvest(text) is not { } document)
                return;

            harvested++;
            var whole = SpecReader.ReadWhole(text, "spec").Data;
            Assert.True(whole is not null, text);
            Assert.True(SpecComparison.Same(whole.Spec, document.Spec), text);
            Assert.Equal(Places(whole), Places(document));
        });
        Assert.True(harvested > 100, $"Only {harvested} texts were harvested.");
    }

    [Theory]
    [InlineData("tasks:\n  A:\n    title: a\n  A:\n    title: b\n")]
    [InlineData("tasks:\n  A:\n    title: a\n    title: b\n")]
    [InlineData("tasks:\n  A:\n    title: a\ntasks:\n  B:\n    title: b\n")]
    [InlineData("tasks:\n  A:\n    title: a\nname: [x\n")]
    [InlineData("tasks:\n  A:\n    title: [a]\n")]
    [InlineData("tasks:\n  A B C:\n    title: a\n    status: nonsense\n")]
    [InlineData("tasks:\n  A:\n    title: &x a\n")]
    public void What_has_an_error_or_an_uncommon_form_is_left_to_a_reading_of_the_whole(string text) => Assert.Null(SpecReader.Harvest(text));

    [Fact]
    public void Texts_that_are_alike_are_not_taken_for_each_other()
    {
        var titles = Enumerable.Range(0, 5000).Select(number => $"{number * 7919:x}-{number % 7}");
        var text = "tasks:\n" + string.Concat(titles.Index().Select(title => $"  T{title.Index}:\n    title: \"{title.Item}\"\n"));

        Assert.Equal(titles, SpecReader.Harvest(text)!.Spec.Tasks.Select(task => task.Title));
    }

    private static IEnumerable<(int, string, int, int, bool, string)> Places(SpecDocument document) =>
        from task in document.Spec.Tasks
        let body = document.BodyOf(task.Id)!
        select (document.IdOf(task.Id).Start, document.PositionOf(task.Id).ToString()!, body.Start, body.End, document.IsMapped(task.Id), Tree(document, body));

    private static string Tree(SpecDocument document, YamlNode body) =>
        YamlTree.Of(body) + string.Join(' ', Nodes(body).Select(node => $"{node.Start}-{node.End}-{(node as YamlScalar)?.Style}-{document.Yaml.ColumnOf(node.Start)}"));

    private static IEnumerable<YamlNode> Nodes(YamlNode node) =>
    [
        node,
        .. node switch
        {
            YamlList list => list.Items.SelectMany(Nodes),
            YamlMap map => map.Entries.SelectMany(entry => Nodes(entry.Key).Concat(Nodes(entry.Value))),
            _ => [],
        },
    ];
}
