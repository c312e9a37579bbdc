using System.Globalization;
using Lodestar.Core;
using Lodestar.Core.Lanes;
using Lodestar.Core.Spec;
using Lodestar.Engine.Spec;
using Lodestar.TestKit;

namespace Lodestar.Engine.Tests.Fuzz;

/// <summary>Whatever people, merges and other programs leave in our files: read or refused, never an exception.</summary>
public sealed class ParserFuzzTests
{
    private const string Mapped = """
        # the plan
        project: {id: 01JZ0000000000000000000000, name: shop, default_branch: main, conventions: {indent: 2}}
        missions:
          - {id: 01JZ0000000000000000000001, slug: reset, title: Reset, purpose: "why", tasks: [F001]}
        tasks:
          F001:   # first
            title: "Log in"
            description: |
              Two
              lines
            acceptance_criteria: ["works", 'well']
            locks: ["src/**", docs/*.md]
            priority: 5
            prd: {source: PRD.md, refs: [{anchor: "#a", lines: [1, 2]}], excerpt: null, prd_hash: "sha256:00"}
          F002: {title: Log out, depends_on: [F001], status: ready, created_at: 2026-01-01T00:00:00Z, own: &x {a: 1}}

        """;

    private const string Listed = """
        name: shop
        tasks:
        - id: F001
          title: Log in
          labels: [a, b]
        - id: F002
          title: >-
            Log
            out
          depends_on: [F001]
        """;

    private const string Charter = """
        policy: {lanes: 4, max_attempts: 3, lease_ttl: 15m, budget: {usd: 20}, autonomy: supervised}
        pipeline: [implement, check, review, merge]
        checks:
          - {name: build, run: make, timeout: 10m}
        profiles:
          builder: {adapter: exec, command: ["agent", "{briefing_file}"], env: [KEY]}
        protected_paths: [".lodestar/**"]
        rules: ["Be kind"]

        """;

    private const string Markdown = "# Shop\n\n## Log in {#login}\n\n```\n# not one\n```\n\n> - ### In a list\n\nSetext\n------\n\n<!-- # no -->\n<div>\n# no\n</div>\n\n## [x](y) `z` {#z}\n";

    [Fact]
    public void A_spec_is_read_or_refused_with_a_place() => Fuzzing.Run(3000, random =>
    {
        var text = Fuzzing.Damaged(random, random.Next(2) == 0 ? Mapped : Listed);

        var read = SpecReader.Read(text);

        if (read.Refusal is { } refusal)
            Assert.True(refusal.Code == "spec-invalid" && refusal.Details["errors"]!.AsArray().Count > 0, text);
    });

    [Fact]
    public void An_edit_of_a_damaged_spec_changes_nothing_or_what_it_says() => Fuzzing.Run(1000, random =>
    {
        var text = Fuzzing.Damaged(random, random.Next(2) == 0 ? Mapped : Listed);
        if (SpecReader.Read(text).Data is not { } document || document.Spec.Tasks is [])
            return;
        var task = Fuzzing.Pick(random, document.Spec.Tasks);
        var title = Fuzzing.Word(random);

        var edited = SpecEditor.SetTitle(document, task.Id, title);

        if (edited.Data is not { } after)
            return;
        var again = SpecReader.Read(after.Yaml.Text).Data;
        Assert.True(again is not null, text);
        Assert.Equal(title, again.Spec.Tasks.Single(one => one.Id == task.Id).Title);
        Assert.Equal(document.Spec.Tasks.Length, again.Spec.Tasks.Length);
    });

    [Fact]
    public void A_file_of_any_bytes_is_a_spec_or_refused() => Fuzzing.Run(300, random =>
    {
        using var scratch = new ScratchDirectory();
        scratch.Write(".lodestar/spec.yaml", "");
        File.WriteAllBytes(scratch.PathOf(".lodestar/spec.yaml"), Fuzzing.Bytes(random, Fuzzing.Damaged(random, Mapped)));

        var read = new SpecFile(scratch.Root).Load();

        Assert.True(read.Data is not null || read.Refusal is { Code: "spec-invalid" });
    });

    [Fact]
    public void A_charter_is_read_or_refused() => Fuzzing.Run(3000, random =>
    {
        var text = Fuzzing.Damaged(random, Charter);

        Assert.True(CharterReader.Read(text) is { Data: not null } or { Refusal.Code: "charter-invalid" }, text);
        _ = CharterReader.ReadLocal(text);
    });

    [Fact]
    public void A_length_of_time_is_read_or_refused_and_reads_back_the_same() => Fuzzing.Run(20_000, random =>
    {
        var text = random.Next(2) == 0 ? Fuzzing.Word(random) : string.Concat(Enumerable.Range(0, random.Next(1, 4)).Select(_ => random.NextInt64(0, 1L << random.Next(1, 62)) + Fuzzing.Pick(random, ["s", "m", "h", "d", "", "S"])));
        if (LeaseTerm.TryParse(text, out var term) is { } refusal)
        {
            Assert.StartsWith("lease-", refusal.Code, StringComparison.Ordinal);
            return;
        }

        Assert.InRange(term, LeaseTerm.Shortest, LeaseTerm.Longest);
        Assert.True(Duration.TryParse(Duration.Text(term), out var same) && same == term, text);
    });

    [Fact]
    public void Any_two_patterns_are_compared_in_bounded_time_and_alike_from_both_sides() => Fuzzing.Run(2000, random =>
    {
        var left = Pattern(random);
        var right = random.Next(4) == 0 ? Fuzzing.Damaged(random, left) : Pattern(random);
        if (FileScope.Problem(left) is not null || FileScope.Problem(right) is not null)
            return;

        Assert.Equal(FileScope.Overlaps([left], [right]), FileScope.Overlaps([right], [left]));
        Assert.True(FileScope.Overlaps([left], [left]) || left.Length == 0, left);
    });

    [Fact]
    public void Any_anchor_is_found_in_any_document_or_not() => Fuzzing.Run(1500, random =>
    {
        var document = MarkdownOutline.Read(PrdText.Normalized(Fuzzing.Damaged(random, Markdown)));
        var anchor = random.Next(3) == 0 ? "#login" : "#" + Fuzzing.Word(random);

        if (document.Find(new PrdSection(anchor, random.Next(4) == 0 ? [random.Next(1, 20), random.Next(20, 40)] : null)) is { } range)
            _ = document.TextOf(range);
    });

    [Fact]
    public void Any_text_is_an_id_or_is_none() => Fuzzing.Run(20_000, random =>
    {
        var text = Fuzzing.Word(random);

        if (TaskId.Problem(text) is null)
            Assert.Equal(text, TaskId.Parse(text).Value);
        foreach (var parse in new Action<string>[] { text => AgentId.Parse(text), text => RunId.Parse(text), text => ProjectId.Parse(text), text => MessageId.Parse(text) })
        {
            try
            {
                parse(text);
            }
            catch (FormatException refused)
            {
                Assert.NotEmpty(refused.Message);
            }
        }
    });

    private static string Pattern(Random random) => random.Next(3) == 0
        ? Fuzzing.Word(random)
        : string.Join('/', Enumerable.Range(0, random.Next(1, 9)).Select(_ => random.Next(3) switch
        {
            0 => "**",
            1 => string.Concat(Enumerable.Range(0, random.Next(1, 12)).Select(_ => Fuzzing.Pick(random, ["*", "a", "b", "?", "[ab]", "[!a]"]))),
            _ => random.Next(20).ToString(CultureInfo.InvariantCulture),
        }));
}
