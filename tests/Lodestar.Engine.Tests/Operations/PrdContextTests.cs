using Lodestar.Core;
using Lodestar.Engine.Operations;
using Lodestar.TestKit;

namespace Lodestar.Engine.Tests.Operations;

public sealed class PrdContextTests : IDisposable
{
    private const string Prd = "# Shop\n\n## Log in {#login}\n\nWith a key.\n\n## Pay\n\nIn coins.\n";
    private readonly PlaneProject project = new("  F001: {title: First}");

    public PrdContextTests() => Write("PRD.md", Prd);

    [Fact]
    public async Task Context_is_the_description_the_excerpt_and_the_sections_as_they_stand()
    {
        Write("docs/more.md", "Title\n=====\nbody\n");
        await Create(new("PRD.md", ["#login", "docs/more.md#title", "#L8-L9"], "frozen"), "why");

        var outcome = await Context();
        var context = outcome.Data!;

        Assert.Equal("why\nfrozen\n## Log in {#login}\n\nWith a key.\n\n\nIn coins.\nTitle\n=====\nbody", context.Content);
        Assert.False(context.Truncated);
        Assert.Equal(["PRD.md#login 3-6", "PRD.md#L8-L9 8-9", "docs/more.md#title 1-3"], context.PrdSections!.Value.Select(section => $"{section.Source}{section.Anchor} {section.Lines[0]}-{section.Lines[1]}"));
        Assert.Empty(outcome.Warnings);
        Assert.Empty(context.PrdDrift!.Value);
    }

    [Theory]
    [InlineData("With a key.", "With two keys.", "prd-drift prd-drift", "changed:#login changed:")]
    [InlineData("In coins.", "In notes.", "prd-changed-elsewhere", "changed-elsewhere:")]
    [InlineData("{#login}", "{#enter}", "prd-section-missing prd-drift", "section-missing:#login changed:")]
    [InlineData("\n", "\r\n", "", "")]
    public async Task Drift_is_told_by_section_and_by_document(string old, string now, string codes, string states)
    {
        await Create(new("PRD.md", ["#login"], null), "");
        Write("PRD.md", Prd.Replace(old, now, StringComparison.Ordinal).Replace("Log in {#enter}", "Enter {#enter}", StringComparison.Ordinal));

        var outcome = await Context();

        Assert.Equal(codes, string.Join(' ', outcome.Warnings.Select(warning => warning.Code)));
        Assert.Equal(states, string.Join(' ', outcome.Data!.PrdDrift!.Value.Select(drift => $"{drift.State}:{drift.Anchor}")));
    }

    [Fact]
    public async Task A_file_of_the_predecessor_has_one_digest_for_the_whole_document()
    {
        project.Define($"  T001: {{title: t, prd: {{source: PRD.md, refs: [{{anchor: '#login', lines: null}}], excerpt: null, prd_hash: {Core.Runs.Sha256Text.Of(Prd)}}}}}");
        Assert.Empty((await Context()).Warnings);
        Write("PRD.md", Prd + "\nmore\n");
        var drifted = await Context();

        await project.DoneAsync(new UpdateTask("T001") { Prd = new(null, [], null, Rebaseline: true) }.ExecuteAsync);

        Assert.Equal("prd-drift", Assert.Single(drifted.Warnings).Code);
        Assert.Contains(drifted.Next, action => action.Cmd == "lodestar task update T001 --rebaseline-prd");
        Assert.Empty((await Context()).Warnings);
        Assert.Contains("lines: null, hash: sha256:", File.ReadAllText(Path.Combine(project.Root, ".lodestar", "spec.yaml")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_document_that_is_gone_is_a_warning_and_the_rest_is_told()
    {
        await Create(new("PRD.md", ["#login"], "frozen"), "why");
        File.Delete(Path.Combine(project.Root, "PRD.md"));

        var outcome = await Context();

        Assert.Equal("prd-missing", Assert.Single(outcome.Warnings).Code);
        Assert.Equal("why\nfrozen", outcome.Data!.Content);
        Assert.Equal("prd-missing", await project.RefusedAsync(new UpdateTask("T001") { Prd = new(null, [], null, Rebaseline: true) }.ExecuteAsync));
    }

    [Theory]
    [InlineData("../outside.md")]
    [InlineData("/etc/hostname")]
    [InlineData("link.md")]
    [InlineData("docs/../../outside.md")]
    public async Task A_document_outside_of_the_project_is_never_read(string source)
    {
        Write("../outside.md", "# Secret\n");
        File.CreateSymbolicLink(Path.Combine(project.Root, "link.md"), Path.Combine(project.Root, "..", "outside.md"));
        project.Define($"  T001: {{title: t, prd: {{source: {source}, refs: [{{anchor: '#secret'}}]}}}}");

        var outcome = await Context();

        Assert.Equal("prd-outside", Assert.Single(outcome.Warnings).Code);
        Assert.Equal("", outcome.Data!.Content);
        Assert.Equal("prd-outside", await project.RefusedAsync(new CreateTask("x") { Prd = new(source, [], null, Validate: false) }.ExecuteAsync));
        File.Delete(Path.Combine(project.Root, "..", "outside.md"));
    }

    [Fact]
    public async Task A_claim_delivers_the_same_within_a_budget_of_its_own()
    {
        Write("PRD.md", Prd.Replace("With a key.", new string('x', 20_000), StringComparison.Ordinal));
        await Create(new("PRD.md", ["#login"], null), "why");
        Write("PRD.md", Prd);
        var agent = await project.JoinAsync();

        var claimed = await project.RunAsync(new ClaimTask("T001", agent, TimeSpan.FromMinutes(15)).ExecuteAsync);
        await project.DoneAsync(new ReleaseTask("T001", agent).ExecuteAsync);
        var bare = await project.RunAsync(new ClaimTask("T001", agent, TimeSpan.FromMinutes(15), WithContext: false).ExecuteAsync);

        Assert.Equal(("why", "## Log in {#login}\n\nWith a key.\n"), (claimed.Data!.Context!.Description, claimed.Data.Context.PrdSections!.Value[0].Content));
        Assert.Null(claimed.Data.Context.Content);
        Assert.Contains(claimed.Warnings, warning => warning.Code == "prd-drift");
        Assert.Null(bare.Data!.Context);
        Assert.Empty(bare.Warnings);
    }

    [Fact]
    public async Task Product_intent_is_edited_part_by_part()
    {
        await Create(new("PRD.md", ["#login"], "old"), "");

        var refs = await Update(new(null, ["#pay", "#login"], null));
        var excerpt = await Update(new(null, [], "new"));
        var bare = await Update(new(null, [], ""));
        var replaced = await Update(new("PRD.md", [], null));
        var none = await Update(new(null, [], null, Clear: true));

        Assert.Equal("old #pay #login", $"{refs.Prd!.Excerpt} {string.Join(' ', refs.Prd.Refs.Select(section => section.Anchor))}");
        Assert.Equal(("new", 2), (excerpt.Prd!.Excerpt, excerpt.Prd.Refs.Length));
        Assert.Null(bare.Prd!.Excerpt);
        Assert.Empty(replaced.Prd!.Refs);
        Assert.Null(none.Prd);
        Assert.Equal("prd-source-needed", await project.RefusedAsync(new UpdateTask("T001") { Prd = new(null, ["#pay"], null) }.ExecuteAsync));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-5)]
    public async Task A_budget_is_at_least_one_character(int chars) =>
        Assert.Equal("limit-out-of-range", await project.RefusedAsync(new ReadContext("F001", chars).ExecuteAsync));

    [Fact]
    public async Task Doctor_tells_of_documents_that_are_gone_or_changed_and_fails_nothing()
    {
        await Create(new("PRD.md", ["#login"], null), "");
        var sound = await Health();
        Write("PRD.md", Prd.Replace("key", "card", StringComparison.Ordinal));
        var drifted = await Health();
        File.Delete(Path.Combine(project.Root, "PRD.md"));
        var gone = await Health();

        Assert.Equal("pass", Assert.Single(sound).Status);
        Assert.All(drifted.Concat(gone), check => Assert.Equal("warn", check.Status));
        Assert.Single(gone);
    }

    public void Dispose() => project.Dispose();

    private void Write(string path, string text)
    {
        var full = Path.GetFullPath(Path.Combine(project.Root, path));
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, text);
    }

    private Task<TaskDetails> Create(PrdRequest prd, string description) =>
        project.DoneAsync(new CreateTask("t") { Description = description, Prd = prd }.ExecuteAsync);

    private Task<TaskDetails> Update(PrdRequest prd) => project.DoneAsync(new UpdateTask("T001") { Prd = prd }.ExecuteAsync);

    private Task<Outcome<TaskContext>> Context() => project.RunAsync(new ReadContext("T001").ExecuteAsync);

    private async Task<IReadOnlyList<HealthCheck>> Health()
    {
        using var session = project.Open();
        return [.. (await new CheckHealth(session).ExecuteAsync(CancellationToken.None)).Data!.Checks.Where(check => check.Name == "prd")];
    }
}
