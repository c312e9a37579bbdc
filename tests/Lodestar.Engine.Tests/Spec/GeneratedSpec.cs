using System.Globalization;
using FsCheck;
using FsCheck.Fluent;

namespace Lodestar.Engine.Tests.Spec;

/// <summary>Specs of some hundred lines as people write them: comments everywhere, unknown keys, every list and text style.</summary>
internal static class GeneratedSpec
{
    private static readonly string[] Fields =
    [
        "description: one line", "description: \"quoted: yes\"   # why", "description: |\n    Two\n    lines\n", "description: >-\n    folded\n    text",
        "description: plain text\n    that goes on", "labels: [a, b]", "labels: []", "labels:", "labels:\n    - a\n    # inside\n    - b # tail",
        "labels:\n  - a\n  - 'b c'", "locks: [\"src/**\", docs]  # scope", "locks:\n  - src/a\n", "acceptance_criteria:\n    - works maybe",
        "acceptance_criteria:\n    - works\n    - \"tests: pass\"", "priority: 5", "priority: 7   # soon", "status: done", "status: 'ready'",
        "colour: blue", "nested:\n    deep: {x: 1}\n    list:\n    - 1", "created_at: '2024-01-02T03:04:05+00:00'", "prd: {source: PRD.md, refs: [{anchor: '#a'}]}",
        "prd:\n    source: PRD.md\n    excerpt: null\n",
        "prd:\n    source: PRD.md # the one\n    refs:\n    - anchor: '#a'\n      lines: null\n    - anchor: b # second\n    excerpt: |\n      two\n      lines\n    prd_hash: abc\n    owner: us",
        "prd:\n    - source: PRD.md\n      # about it\n      refs: [{anchor: '#a', lines: [1, 2]}]\n    - {source: B.md, prd_hash: x}",
    ];

    private static readonly string[] Ids = ["T{0:000}", "T{0:000}", "\"T {0}\"", "'prüf/{0}'", "\"-{0}: x\""];

    /// <summary>Heads of a file, with and without the project's name on top, as the third shape has it.</summary>
    private static readonly string[] Heads =
    [
        "# the plan\nproject: {name: shop, conventions: {x: 1}}\n", "# the plan\nproject:\n  # ours\n  name: shop\n  colour: red\n",
        "name: shop # on top\n\n", "%YAML 1.2\n---\nname: shop\n", "--- # begin\nproject: {name: shop}\n",
    ];

    public static Gen<string> Mapped { get; } = Build("tasks:\n", (id, title, fields) => $"  {id}:\n    {title}\n{fields}", "    ");

    public static Gen<string> Listed { get; } = Build("tasks:\n", (id, title, fields) => $"- id: {id}\n  {title}\n{fields}", "  ");

    public static Gen<string> Any { get; } =
        from mapped in Gen.Elements(true, true, false)
        from text in mapped ? Mapped : Listed
        from crlf in Gen.Frequency((4, Gen.Constant(false)), (1, Gen.Constant(true)))
        from tail in Gen.Elements("", "", "features: {x: [T000]} # kept\n", "\n# the end\n", "...\n")
        select crlf ? (text + tail).Replace("\n", "\r\n", StringComparison.Ordinal) : text + tail;

    private static Gen<string> Build(string key, Func<string, string, string, string> task, string indent) =>
        from head in Gen.Elements(Heads)
        from count in Gen.Choose(1, 60)
        from tasks in Gen.CollectToArray(Enumerable.Range(0, count), number =>
            from id in Gen.Elements(Ids)
            from title in Gen.Elements("title: Plain", "title: \"In quotes\"", "title: 'single' # note")
            from fields in Gen.SubListOf(Fields)
            from noise in Gen.Elements("", "", "\n", "# about the next\n", "\n  # deeper\n")
            select noise + task(string.Format(CultureInfo.InvariantCulture, id, number), title, string.Concat(Distinct(fields).Select(field => Indented(field, indent)))))
        select head + key + string.Concat(tasks);

    private static IEnumerable<string> Distinct(IEnumerable<string> fields) =>
        fields.DistinctBy(field => field[..field.IndexOf(':', StringComparison.Ordinal)]);

    private static string Indented(string field, string indent) =>
        string.Concat(field.TrimEnd('\n').Split('\n').Select(line =>
            indent + line + "\n"));
}
