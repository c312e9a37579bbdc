using Lodestar.TestKit;

namespace Lodestar.Cli.Tests.Runs;

/// <summary>The whole role loop with real programs: implement, review, maintain the spec, merge.</summary>
public sealed class SpecLoopTests
{
    private const string Spec = "# Spec\n\n## Status\n\nopen\n\n## Rules\n\nNever lie.\n";

    [Fact]
    public async Task The_spec_maintainer_sends_back_is_held_to_its_sections_and_updates()
    {
        using var project = await CreateAsync("""
            case $(grep -c . "$HOME/asked" 2>/dev/null) in
              ''|0) echo once >> "$HOME/asked"; echo "Say more."; echo "VERDICT: changes_requested" ;;
              1) echo twice >> "$HOME/asked"; echo "Lie." >> SPEC.md; git commit -qam mine; echo "VERDICT: updated" ;;
              *) grep -q 'Never' "$1" || true
                 grep 'outside of' "$1" > "$HOME/told"
                 sed -i 's/^open$/done/' SPEC.md; echo "VERDICT: updated" ;;
            esac
            """);

        var ended = (await project.LodestarAsync("run", "--json")).MustSucceed();

        var run = (string)ended.Data["run_id"]!;
        Assert.Equal(
            Spec.Replace("open", "done", StringComparison.Ordinal).TrimEnd(),
            await project.Repo.GitAsync("show", $"lodestar/{run}/run:SPEC.md"));
        Assert.Equal("Say more.", await project.Repo.GitAsync("show", $"lodestar/{run}/run:src/findings"));
        Assert.Contains("\"## Status\"", File.ReadAllText(project.Repo.Beside("home/told")));
        Assert.Contains("Lie.", await project.Repo.GitAsync("log", "--all", "--glob=refs/lodestar/saved", "-p", "--format="));
        var story = (await project.LodestarAsync("run", "explain", "F001", "--json")).MustSucceed().Output;
        foreach (var told in (string[])["spec maintainer at work on round 1", "spec: changes requested", "builder at work on round 2", "reviewer at work on round 2", "spec-out-of-bounds", "spec updated as "])
            Assert.Contains(told, story);
        Assert.Contains("maintain-spec", string.Concat(Directory.GetFiles(project.RunPath(run, "receipts", "F001")).Select(File.ReadAllText)));
    }

    [Theory]
    [InlineData("spec-out-of-bounds", "echo x > src/other; echo 'VERDICT: updated'")]
    [InlineData("verdict-contradicted", "echo 'VERDICT: updated'")]
    [InlineData("no-verdict", "echo 'VERDICT: approved'")]
    public async Task A_maintainer_that_does_what_it_may_not_ends_the_attempt(string code, string maintainer)
    {
        using var project = await CreateAsync(maintainer, "max_attempts: 1");

        var ended = await project.LodestarAsync("run", "--json");

        Assert.Equal("run-failed", ended.Code);
        Assert.Contains($"\"code\": \"{code}\"", (await project.LodestarAsync("run", "explain", "F001", "--json")).Output);
        Assert.Equal(
            await project.Repo.GitAsync("rev-parse", "main"),
            await project.Repo.GitAsync("rev-parse", $"lodestar/{(string)ended.Data["run_id"]!}/run"));
    }

    private static async Task<RunProject> CreateAsync(string maintainer, string policy = "lanes: 1")
    {
        var project = await RunProject.CreateAsync("  F001: {title: First, locks: [\"src/**\"]}", $$"""
            policy: {{{policy}}}
            profiles:
              builder: {adapter: exec, command: ["@/builder", "{briefing_file}"]}
              reviewer: {adapter: exec, command: ["@/reviewer"]}
              spec_maintainer: {adapter: exec, command: ["@/maintainer", "{briefing_file}"]}
            spec_documents:
              SPEC.md: ["## Status"]
            """);
        project.Script("builder", "mkdir -p src; grep -o 'Say more.' \"$1\" > src/findings; echo x > src/a");
        project.Script("reviewer", "echo 'VERDICT: approved'");
        project.Script("maintainer", maintainer);
        project.Repo.Write("SPEC.md", Spec);
        await project.Repo.CommitAsync("the specification");
        return project;
    }
}
