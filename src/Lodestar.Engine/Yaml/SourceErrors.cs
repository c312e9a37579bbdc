using System.Text.Json.Nodes;
using Lodestar.Core;

namespace Lodestar.Engine.Yaml;

/// <summary>Everything wrong with one file, gathered so that it can be mended in one go; the list is bounded.</summary>
/// <param name="document">The file's document, for lines and columns.</param>
public sealed class SourceErrors(YamlDocument document)
{
    /// <summary>More errors than this are counted, not listed.</summary>
    public const int Limit = 50;

    private readonly List<YamlProblem> errors = [];

    /// <summary>How many errors there are, listed or not.</summary>
    public int Count { get; private set; }

    /// <summary>Adds an error at a node.</summary>
    public void Add(YamlNode at, string rule, string message) => Add(new(at.Start, rule, Shown(at), message));

    /// <summary>Adds an error.</summary>
    public void Add(YamlProblem problem)
    {
        Count++;
        if (errors.Count < Limit)
            errors.Add(problem);
    }

    /// <summary>The refusal that shows all errors in file order, the first one in its sentence.</summary>
    /// <param name="code">The refusal's code.</param>
    /// <param name="path">The file's name as people know it.</param>
    public Refusal ToRefusal(string code, string path)
    {
        var list = new JsonArray();
        foreach (var error in errors.OrderBy(error => error.Offset))
        {
            var (line, column) = document.PositionOf(error.Offset);
            list.Add((JsonNode)new JsonObject
            {
                ["line"] = line,
                ["column"] = column,
                ["rule"] = error.Rule,
                ["value"] = error.Value,
                ["message"] = error.Message,
            });
        }

        var first = errors.MinBy(error => error.Offset)!;
        var place = document.PositionOf(first.Offset);
        var more = Count > 1 ? $" ({Count - 1} more)" : "";
        return new Refusal(code, $"{path}:{place.Line}:{place.Column}: {first.Message}{more}", $"mend line {place.Line} of {path}")
        {
            Details = new() { ["file"] = path, ["count"] = Count, ["errors"] = list },
        };
    }

    private string Shown(YamlNode node) =>
        YamlDocument.Shorten(node is YamlScalar scalar ? scalar.Value : document.Text[node.Start..]);
}
