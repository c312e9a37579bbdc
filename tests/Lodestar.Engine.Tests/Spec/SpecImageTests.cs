using System.Reflection;
using Lodestar.Core;
using Lodestar.Core.Spec;
using Lodestar.Engine.Spec;
using Lodestar.TestKit;

namespace Lodestar.Engine.Tests.Spec;

/// <summary>An image says of a spec what the parsed spec says.</summary>
public sealed class SpecImageTests : IDisposable
{
    private readonly ScratchDirectory scratch = new();

    [Fact]
    public void Every_answer_of_an_image_is_that_of_the_parsed_spec()
    {
        for (var seed = 0; seed < 300; seed++)
        {
            var parsed = new ParsedSpecIndex(GeneratedTasks.Spec(seed, most: 60));
            var image = Image(parsed);

            Assert.True(SpecComparison.Same(parsed.Spec, image.Spec), $"seed {seed}");
            Assert.True(Answers(parsed).SequenceEqual(Answers(image)), $"seed {seed}");
        }
    }

    [Fact]
    public void An_image_of_many_blocks_answers_as_one_of_few()
    {
        var tasks = Enumerable.Range(0, 20_000).Select(number => new TaskDefinition(
            new($"T{number}"), $"Task {number}", new string('x', number % 90), [], number < 2 ? [] : [new($"T{number - 1}"), new($"T{number / 2}")], ["a"], [], number % 10, null));
        var parsed = new ParsedSpecIndex(new(new(null, "demo", "main"), [], [.. tasks]));

        var image = Image(parsed);

        Assert.Equal(19_999, image.PlaceOf(new TaskId("T19999")));
        Assert.Equal("Task 19999", image[19_999].Title);
        Assert.Equal(SpecIndex.Nowhere, image.PlaceOf(new TaskId("T20000")));
        Assert.Equal(parsed.ByUrgency.ToArray(), image.ByUrgency.ToArray());
        Assert.All(Enumerable.Range(0, 20_000), place => Assert.Equal(parsed.DependentsAt(place).ToArray(), image.DependentsAt(place).ToArray()));
    }

    [Fact]
    public void An_id_that_is_no_Unicode_or_endless_is_nowhere()
    {
        var image = Image(new(new(new(null, "demo", "main"), [], [GeneratedTasks.Spec(1, 60).Tasks[0] with { Id = new("\uFFFD") }])));

        Assert.Equal(0, image.PlaceOf(new TaskId("\uFFFD")));
        Assert.Equal(SpecIndex.Nowhere, image.PlaceOf(new TaskId("\uD800")));
        Assert.Equal(SpecIndex.Nowhere, image.PlaceOf(new TaskId(new string('a', 10_000))));
    }

    [Fact]
    public void A_spec_with_text_that_is_no_Unicode_gets_no_image()
    {
        using var file = File.OpenHandle(scratch.PathOf("image"), FileMode.Create, FileAccess.Write);
        var task = GeneratedTasks.Spec(1, 60).Tasks[0] with { Title = "\uD800" };

        Assert.False(SpecImageBuilder.TryWrite(file, new(new(new(null, "demo", "main"), [], [task])), new byte[32], default));
    }

    /// <summary>What this test counts, <see cref="SpecImageRecords"/> writes and reads one by one.</summary>
    [Theory]
    [InlineData(typeof(ProjectSpec), 3)]
    [InlineData(typeof(ProjectDefinition), 4)]
    [InlineData(typeof(MissionDefinition), 5)]
    [InlineData(typeof(TaskDefinition), 16)]
    [InlineData(typeof(PrdReference), 4)]
    [InlineData(typeof(PrdSection), 3)]
    public void A_new_field_of_the_model_must_be_written_into_the_image_too(Type model, int known) => Assert.True(
        model.GetProperties(BindingFlags.Public | BindingFlags.Instance).Length == known,
        $"{model.Name} has other fields than SpecImageRecords writes. Write and read the new one there and in GeneratedTasks, then change this number.");

    /// <inheritdoc/>
    public void Dispose() => scratch.Dispose();

    private SpecImage Image(ParsedSpecIndex parsed)
    {
        var path = scratch.PathOf("image");
        using (var file = File.OpenHandle(path, FileMode.Create, FileAccess.Write))
            Assert.True(SpecImageBuilder.TryWrite(file, parsed, new byte[32], default));
        return new SpecImage(SpecImageFile.TryOpen(path)!);
    }

    private static IEnumerable<string> Answers(SpecIndex index)
    {
        yield return $"{index.Project} {index.Count} {string.Join(' ', index.ByUrgency.ToArray())} / {string.Join(' ', index.Deleted.ToArray())}";
        yield return $"{index.PlaceOf(new TaskId("nobody"))} {index.PlaceOf(""u8)}";
        for (var place = 0; place < index.Count; place++)
        {
            yield return $"{index.IdAt(place)} {index.PlaceOf(index.IdAt(place))} {index.PriorityAt(place)} {index.StatusAt(place)}";
            yield return string.Join(' ', index.DependenciesAt(place).ToArray()) + "/" + string.Join(' ', index.DependentsAt(place).ToArray());
            yield return string.Join('|', index.LabelsAt(place));
        }
    }
}
