using System.Text;
using FsCheck;
using FsCheck.Fluent;

namespace Lodestar.Engine.Tests.Yaml;

/// <summary>Documents like the specs found in the wild, built line by line with nesting, comments and every scalar style.</summary>
internal static class GeneratedYaml
{
    private static readonly string[] Scalars =
    [
        "plain", "two words", "a:b", "http://x.y/z#w", "'single'", "'it''s'", "\"double\"", "\"es\\tc\\u00e9\\\\\"", "~", "", "12", "-3", "1e3", "yes",
        "\"folded\n{0}  over lines\n\n{0}  twice\"", "'folded\n{0}  over'", "plain\n{0}  over lines\n\n{0}  twice", "\"ends \\\n{0}  \\ here\"",
        "|\n{0}  one\n{0}    two\n\n{0}  three", "|-\n{0}  one\n\n", "|+\n{0}  one\n\n", ">\n{0}  one\n{0}  two\n\n{0}  three", ">-\n{0}  one\n{0}   more\n{0}  two",
        "|2\n{0}    lead", "[a, 'b, c', \"d\"]", "[]", "{}", "{k: v, l: [1, 2], 'q r': }", "[a,\n{0}  b]", "src/**", "- not", "a # comment", "'q' # comment", "x  ",
    ];

    public static Gen<string> Documents { get; } =
        from body in Block("", 3)
        from crlf in Gen.Frequency((4, Gen.Constant(false)), (1, Gen.Constant(true)))
        select crlf ? body.Replace("\n", "\r\n", StringComparison.Ordinal) : body;

    private static Gen<string> Block(string indent, int depth) =>
        from isMap in Gen.Elements(true, true, false)
        from count in Gen.Choose(1, 4)
        from entries in Gen.CollectToArray(Enumerable.Range(0, count), number => Entry(indent, isMap ? $"k{number}:" : "-", isMap, depth))
        select string.Concat(entries);

    private static Gen<string> Entry(string indent, string lead, bool isMap, int depth)
    {
        var scalar =
            from value in Gen.Elements(Scalars)
            select $"{indent}{lead} {string.Format(System.Globalization.CultureInfo.InvariantCulture, Escape(value), indent)}\n";
        var nested = depth == 0
            ? scalar
            : from step in Gen.Elements("  ", "    ")
              from inner in Block(indent + step, depth - 1)
              select $"{indent}{lead}\n{inner}";
        var flushList = depth == 0 || !isMap
            ? scalar
            : from items in Gen.Elements(Scalars).ListOf(2)
              select $"{indent}{lead}\n" + string.Concat(items.Select(item =>
                  $"{indent}- {string.Format(System.Globalization.CultureInfo.InvariantCulture, Escape(item), indent)}\n"));
        var compact = depth == 0 || isMap
            ? scalar
            : from inner in Block(indent + "  ", depth - 1)
              select $"{indent}- {inner[(indent.Length + 2)..]}";
        return from noise in Gen.Frequency((6, Gen.Constant("")), (1, Gen.Constant("\n")), (1, Gen.Constant(indent + "# note\n")), (1, Gen.Constant("# far\n")))
               from entry in Gen.Frequency((5, scalar), (2, nested), (1, flushList), (1, compact))
               select noise + entry;
    }

    /// <summary>Braces of the samples are text; only <c>{0}</c>, the indent, is a place.</summary>
    private static string Escape(string value) =>
        new StringBuilder(value).Replace("{", "{{").Replace("}", "}}").Replace("{{0}}", "{0}").ToString();
}
