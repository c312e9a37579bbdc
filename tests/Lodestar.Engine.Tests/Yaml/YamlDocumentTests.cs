using FsCheck;
using FsCheck.Fluent;
using Lodestar.Engine.Yaml;
using YamlDotNet.Core;

namespace Lodestar.Engine.Tests.Yaml;

public sealed class YamlDocumentTests
{
    /// <summary>Pieces that, put together at random, make valid and invalid documents of every shape we know.</summary>
    private static readonly string[] Pieces =
    [
        "a", "b c", "key", "- ", "-", ": ", ":", "\n", "\n", "\n  ", "\n    ", "\n\n", "  ", " ", "# note", " # note", "|", ">", "|-", ">+", "|2",
        "\"", "'", "\"x y\"", "'it''s'", "\\n", "\\", "[", "]", "{", "}", ", ", "[a, 'b', \"c\"]", "{k: v}", "- a\n", "key: v\n", "key:\n",
        "  sub: 1\n", "  - item\n", "\r\n", "~", "yes", "1e3", "ü", "&x ", "*x", "!t ", "<<: ", "? ", "\t", "---", "...", "%", "@", "\\u00e9", "https://a.b/c#d",
    ];

    [Fact]
    public void Both_readers_give_the_tree_the_oracle_gives()
    {
        var documents = Gen.Elements(Pieces).ListOf().Select(string.Concat).ToArbitrary();

        Prop.ForAll(documents, Agrees).Check(Config.QuickThrowOnFailure.WithMaxTest(4_000).WithEndSize(24));
    }

    [Fact]
    public void Every_conflict_of_a_merge_is_named_with_its_lines_and_none_is_guessed()
    {
        const string text = "tasks:\n<<<<<<< ours\n  A: {title: a}\n||||||| base\n=======\n  A: {title: b}\n>>>>>>> theirs\n  B:\n    title: b\n<<<<<<< ours\n=======\n    priority: 1\n>>>>>>> theirs\n";

        var document = YamlDocument.Parse(text.ReplaceLineEndings("\r\n"));

        Assert.Null(document.Root);
        Assert.Equal([2, 10], document.Problems.Select(problem => document.PositionOf(problem.Offset).Line));
        Assert.Contains("lines 2 to 7", document.Problems[0].Message, StringComparison.Ordinal);
        Assert.Contains("lines 10 to 13", document.Problems[1].Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_only_looks_like_a_conflict_is_text() =>
        Assert.Empty(YamlDocument.Parse("a: |\n  <<<<<<< ours\n  =======\n  >>>>>>> theirs\nb: <<<<<<< x\n").Problems);

    [Theory]
    [InlineData("a: &x 1\nb: []\n", "[]")]
    [InlineData("a: &x 1\nb: [  ]  # none\n", "[  ]")]
    [InlineData("a: &x 1\nb: {}\n", "{}")]
    [InlineData("a: &x 1\nb: [[], {}]\n", "[[], {}]")]
    public void Empty_brackets_end_behind_the_closing_one_whichever_reader_reads_them(string text, string written)
    {
        var value = ((YamlMap)YamlDocument.Parse(text).Root!).Find("b")!.Value;

        Assert.Equal(written, text[value.Start..value.End]);
    }

    [Fact]
    public void Generated_documents_give_the_tree_the_oracle_gives() =>
        Prop.ForAll(GeneratedYaml.Documents.ToArbitrary(), Agrees)
            .Check(Config.QuickThrowOnFailure.WithMaxTest(500));

    [Theory]
    [InlineData("a: 1\nb: [x\n", "yaml-syntax", 2)]
    [InlineData("a:\n\tb: 1\n", "tab-indent", 2)]
    [InlineData("a:\n  b: 1\n   c: 2\n", "yaml-syntax", 3)]
    [InlineData("a: \"never closed\nb: 1\n", "yaml-syntax", 1)]
    [InlineData("a: 1\n<<<<<<< HEAD\nb: 1\n=======\nb: 2\n>>>>>>> theirs\n", "conflict-marker", 2)]
    [InlineData("a: 1\n<<<<<<<\n", "conflict-marker", 2)]
    [InlineData("a: 1\n>>>>>>> theirs\n", "conflict-marker", 2)]
    [InlineData("a: 1\nb: 2\na: 3\n", "duplicate-key", 3)]
    [InlineData("a: {x: 1, x: 2}\n", "duplicate-key", 1)]
    [InlineData("a: *.cs\n", "alias-known", 1)]
    [InlineData("a: @x\n", "yaml-quotes", 1)]
    [InlineData("a: 1\n---\nb: 2\n", "one-document", 2)]
    [InlineData("a: x\u0001\n", "control-character", 1)]
    [InlineData("a: &x [*x]\n", "alias-cycle", 1)]
    public void What_is_wrong_is_said_with_its_rule_and_line(string text, string rule, int line)
    {
        var document = YamlDocument.Parse(text);

        var problem = Assert.Single(document.Problems);
        Assert.Equal(rule, problem.Rule);
        Assert.Equal(line, document.PositionOf(problem.Offset).Line);
    }

    [Theory]
    [InlineData('[')]
    [InlineData('{')]
    [InlineData('-')]
    public void Hostile_nesting_is_refused_not_followed(char opening)
    {
        var text = opening == '-' ? string.Concat(Enumerable.Repeat("- ", 200_000)) : new string(opening, 200_000);

        Assert.NotEmpty(YamlDocument.Parse(text).Problems);
    }

    [Fact]
    public void Merge_keys_and_aliases_are_followed()
    {
        var document = YamlDocument.Parse("base: &b {x: 1, y: 2}\nuse:\n  <<: *b\n  y: 3\n");

        Assert.Empty(document.Problems);
        Assert.Equal("{\"base\"={\"x\"=\"1\"\"y\"=\"2\"}\"use\"={\"x\"=\"1\"\"y\"=\"3\"}}", YamlTree.Of(document.Root));
    }

    [Fact]
    public void A_node_knows_its_exact_place()
    {
        const string text = "tasks:\n  F001: # first\n    title: \"Log in\"   # why\n    locks: [a/**, b]\n    text: |\n      one\n      two\n\n";
        var document = YamlDocument.Parse(text);

        var task = (YamlMap)((YamlMap)((YamlMap)document.Root!).Find("tasks")!.Value).Find("F001")!.Value;

        Assert.Equal("\"Log in\"", Source(task.Find("title")!.Value));
        Assert.Equal("[a/**, b]", Source(task.Find("locks")!.Value));
        Assert.Equal("|\n      one\n      two", Source(task.Find("text")!.Value));
        Assert.Equal(new SourcePosition(3, 5), document.PositionOf(task.Find("title")!.Key.Start));

        string Source(YamlNode node) => text[node.Start..node.End];
    }

    private static bool Agrees(string text)
    {
        string expected;
        try
        {
            expected = Unnull(YamlTree.Oracle(text));
        }
        catch (YamlException)
        {
            return YamlDocument.Parse(text).Problems.Count > 0 ? true : throw new InvalidOperationException($"accepted: {text}");
        }

        catch (Exception cause) when (cause is InvalidOperationException or ArgumentException)
        {
            // A defect of the oracle is no verdict; it must only not become a crash of ours.
            YamlDocument.Parse(text);
            return true;
        }

        var document = YamlDocument.Parse(text);
        if (document.Problems.Count > 0)
        {
            // What we refuse on purpose although YAML has it.
            return document.Problems[0].Rule is "one-document" or "key-scalar" or "merge-map" or "alias-known" or "alias-cycle" or "duplicate-key" or "nesting"
                ? true
                : throw new InvalidOperationException($"{document.Problems[0]} in: {text}");
        }

        var actual = Unnull(YamlTree.Of(document.Root));
        return actual == expected || expected.Contains("\"<<\"", StringComparison.Ordinal)
            ? true
            : throw new InvalidOperationException($"expected {expected}\nbut was  {actual}\nin: {text}");
    }

    /// <summary>A document that says null is no document to us.</summary>
    private static string Unnull(string tree) => tree is "\"\"" or "\"~\"" ? "" : tree;
}
