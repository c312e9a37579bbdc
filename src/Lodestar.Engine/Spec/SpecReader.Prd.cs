using System.Collections.Immutable;
using Lodestar.Core.Spec;
using Lodestar.Engine.Yaml;

namespace Lodestar.Engine.Spec;

/// <content>The product intent of a task.</content>
public sealed partial class SpecReader
{
    /// <summary>One document as a mapping, as the predecessor wrote it, or several as a list of them.</summary>
    private ImmutableArray<PrdReference> ReadPrds(YamlMap task)
    {
        switch (YamlFields.Value(task, "prd"))
        {
            case null:
                return [];
            case YamlMap one:
                return [ReadPrd(one)];
            case YamlList several:
                return [.. several.Items.Select(ReadListedPrd).OfType<PrdReference>()];
            case var other:
                errors.Add(other, "map-expected", "prd must be a mapping with a source, or a list of such mappings.");
                return [];
        }
    }

    private PrdReference? ReadListedPrd(YamlNode node)
    {
        if (node is YamlMap map)
            return ReadPrd(map);
        errors.Add(node, "map-expected", "An item of prd must be a mapping with a source.");
        return null;
    }

    private PrdReference ReadPrd(YamlMap map)
    {
        var source = fields.Text(map, "source");
        if (string.IsNullOrWhiteSpace(source))
            errors.Add(map, "required", "A prd needs a source.");
        return new(
            source ?? "",
            [.. fields.Items(map, "refs").Select(ReadSection).OfType<PrdSection>()],
            fields.Text(map, "excerpt"),
            fields.Text(map, "prd_hash"));
    }

    private PrdSection? ReadSection(YamlNode node)
    {
        if (node is not YamlMap map)
        {
            errors.Add(node, "map-expected", "An item of refs must be a mapping with an anchor.");
            return null;
        }

        var lines = fields.Texts(map, "lines");
        var numbers = lines.Select(line => int.TryParse(line, out var number) ? number : 0).ToImmutableArray();
        if (lines.Length > 0 && (numbers.Length != 2 || numbers[0] < 1 || numbers[1] < numbers[0]))
            errors.Add(map.Find("lines")!.Value, "line-range", "lines must be the first and the last line, from 1.");
        var anchor = fields.Text(map, "anchor") ?? "";
        if (lines.Length == 0 && YamlFields.Value(map, "anchor") is null)
            errors.Add(map, "required", "An item of refs needs an anchor or lines.");
        return new(anchor, lines.Length == 0 ? null : numbers, fields.Text(map, "hash"));
    }
}
