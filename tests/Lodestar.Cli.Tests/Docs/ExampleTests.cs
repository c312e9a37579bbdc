using Lodestar.Engine.Spec;
using Lodestar.TestKit;

namespace Lodestar.Cli.Tests.Docs;

/// <summary>What the documentation shows is what happens: its examples are run, its files are read.</summary>
public sealed class ExampleTests
{
    /// <summary>Pages with examples to run.</summary>
    public static TheoryData<string> Pages => [.. MarkdownPage.All.Where(page => MarkdownPage.Read(page).Blocks.Any(block => block.Tag == "console"))];

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task Every_console_example_answers_as_shown(string path)
    {
        var page = MarkdownPage.Read(path);
        var examples = page.Blocks.Where(block => block.Tag == "console").SelectMany(ConsoleExample.In).ToArray();
        using var session = new ConsoleSession();

        var answers = await session.RunAsync(page.Setup, [.. examples.Select(example => example.Command)]);

        Assert.True(answers.Count > 0 && answers[0].ExitCode == 0, $"{path}: the set-up failed.\n{(answers.Count > 0 ? answers[0].Said : "")}");
        for (var at = 0; at < examples.Length; at++)
        {
            Assert.True(at + 1 < answers.Count, $"{path}:{examples[at].Line}: the session ended before\n$ {examples[at].Command}");
            var (said, exit) = answers[at + 1];
            var problem = examples[at].Mismatch(said, exit);
            Assert.True(problem is null, $"{path}:{examples[at].Line}: {problem}.\n$ {examples[at].Command}\n{said}");
        }
    }

    [Fact]
    public void Every_yaml_example_says_which_file_it_is_and_can_be_read_as_it()
    {
        foreach (var path in MarkdownPage.All)
        {
            foreach (var block in MarkdownPage.Read(path).Blocks.Where(block => block.Tag == "yaml"))
            {
                var refusal = block.Body.Split('\n')[0] switch
                {
                    "# .lodestar/charter.yaml" => CharterReader.Read(block.Body).Refusal,
                    "# .lodestar/local.yaml" => CharterReader.ReadLocal(block.Body).Refusal,
                    "# .lodestar/spec.yaml" => SpecReader.Read(block.Body).Refusal,
                    var first => throw new FormatException($"{path}:{block.Line}: a yaml block begins with the name of its file, not with \"{first}\"."),
                };
                Assert.True(refusal is null, $"{path}:{block.Line}: {refusal?.Message} {refusal?.Details}");
            }
        }
    }

    [Fact]
    public void Every_link_within_the_checkout_leads_somewhere()
    {
        var broken = new List<string>();
        foreach (var path in MarkdownPage.All)
        {
            foreach (var link in MarkdownPage.Read(path).Links.Where(link => !link.Contains("://", StringComparison.Ordinal)))
            {
                var parts = link.Split('#', 2);
                var target = parts[0].Length == 0 ? path : Path.GetRelativePath(
                    SourceTree.Root, Path.GetFullPath(Path.Combine(SourceTree.PathOf(path), "..", parts[0])));
                if (!Path.Exists(SourceTree.PathOf(target)))
                    broken.Add($"{path}: {link}");
                else if (parts.Length == 2 && !MarkdownPage.Read(target).Anchors.Contains(parts[1]))
                    broken.Add($"{path}: {link} (no such heading)");
            }
        }

        Assert.True(broken.Count == 0, string.Join('\n', broken));
    }
}
