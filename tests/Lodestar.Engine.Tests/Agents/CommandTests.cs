using Lodestar.Core;
using Lodestar.Engine.Agents;
using Lodestar.Engine.Processes;

namespace Lodestar.Engine.Tests.Agents;

public class CommandTests
{
    [Fact]
    public void Places_are_filled_inside_words_once()
    {
        var filled = ExecCommand.Fill(
            ["agent", "--file={briefing_file}", "{prompt}", "{task_id}@{workspace}", "{other}"], "/b.md", "say {task_id}", new TaskId("F1"), "/lane");

        Assert.Equal(["agent", "--file=/b.md", "say {task_id}", "F1@/lane", "{other}"], filled);
    }

    [Fact]
    public void A_prompt_too_long_for_an_argument_is_refused_only_where_it_is_used()
    {
        var prompt = new string('x', ExecCommand.PromptLimit + 1);

        Assert.Equal(["a", "/b.md"], ExecCommand.Fill(["a", "{briefing_file}"], "/b.md", prompt, new TaskId("F1"), "/"));
        Assert.Equal(
            "prompt-too-long",
            Assert.Throws<RefusedException>(() => ExecCommand.Fill(["a", "{prompt}"], "/b.md", prompt, new TaskId("F1"), "/")).Refusal.Code);
    }

    [Fact]
    public void An_agent_gets_a_minimal_environment_and_what_its_profile_names()
    {
        var inherited = new Dictionary<string, string>
        {
            ["PATH"] = "/usr/bin",
            ["HOME"] = "/h",
            ["LC_TIME"] = "C",
            ["SECRET_THING"] = "x",
            ["MY_TOKEN"] = "t0ken",
            ["GIT_DIR"] = "/g",
        };

        var built = AgentEnvironment.Build(inherited, "/opt/lodestar", ["MY_TOKEN", "ABSENT"], new Dictionary<string, string> { ["LODESTAR_LANE"] = "1" });

        Assert.Equal("/opt/lodestar:/usr/bin", built["PATH"]);
        Assert.Equal(("/h", "C", "t0ken", "1"), (built["HOME"], built["LC_TIME"], built["MY_TOKEN"], built["LODESTAR_LANE"]));
        Assert.DoesNotContain("SECRET_THING", built.Keys);
        Assert.DoesNotContain("GIT_DIR", built.Keys);
        Assert.Contains("GIT_CONFIG_COUNT", built.Keys);
        Assert.Equal(["t0ken"], AgentEnvironment.Secrets(inherited, ["MY_TOKEN", "HOME"]));
    }

    [Theory]
    [InlineData("API_KEY=abcdef x", "API_KEY=[redacted] x")]
    [InlineData("export my_token: \"abcdef\"", "export my_token: \"[redacted]\"")]
    [InlineData("the key is here", "the key is here")]
    [InlineData("pa55word", "[redacted]")]
    public void Secrets_are_taken_out(string text, string expected) => Assert.Equal(expected, new Redactor(["pa55word", "no"], []).Clean(text));

    [Fact]
    public void Half_a_secret_at_a_cut_is_taken_out_too() =>
        Assert.Equal("x [redacted]", new Redactor(["pa55word"], []).CleanCut("x pa55"));

    [Theory]
    [InlineData("key shop-123456.", "key [redacted].")]
    [InlineData("shop-1 shop-2", "[redacted] [redacted]")]
    [InlineData("shop-12", "[redacted]2", "shop-1")]
    [InlineData("shop-1shop-2x", "[redacted]x")]
    [InlineData("SHOP-1", "SHOP-1")]
    [InlineData("SHOP-1", "[redacted]", "(?i)shop-1")]
    [InlineData("one\npin 77\nthree", "one\n[redacted]\nthree", "^pin .*$")]
    [InlineData("MY_TOKEN=shop-1;x", "MY_TOKEN=[redacted];x")]
    [InlineData("pa55word-x", "[redacted]", @"word-\w", "pa55")]
    public void What_a_pattern_matches_is_taken_out(string text, string expected, params string[] patterns) =>
        Assert.Equal(expected, new Redactor(["pa55word"], patterns.Length > 0 ? patterns : [@"shop-\d+"]).Clean(text));

    [Fact]
    public void Of_a_line_that_was_cut_off_the_end_goes_when_a_pattern_might_have_matched_there()
    {
        var cleaned = new Redactor([], [@"shop-\d{6}"]).CleanCut(new string('x', 100) + new string('y', Redactor.CutLength - 5) + "shop-");

        Assert.Equal(new string('x', 100) + Redactor.Mark, cleaned);
    }

    [Fact]
    public void A_text_that_is_all_matches_is_taken_out_whole_before_it_takes_long()
    {
        var text = string.Concat(Enumerable.Repeat("a ", 2_000));

        var cleaned = new Redactor([], ["[^b]*b|a"]).Clean(text);

        Assert.EndsWith("[redacted] [redacted]", cleaned, StringComparison.Ordinal);
        Assert.Equal((1000 * Redactor.Mark.Length) + 999, cleaned.Length);
    }

    /// <summary>Whatever rules meet in a text: of what one of them takes out nothing is left because of another.</summary>
    [Fact]
    public void No_rule_hides_a_secret_from_another()
    {
        var random = new Random(20);
        for (var round = 0; round < 200; round++)
        {
            var text = string.Concat(Enumerable.Range(0, 12 + random.Next(40)).Select(_ => "abyz-"[random.Next(5)]));
            var secret = text.Substring(random.Next(text.Length - 8), 4 + random.Next(4));

            var cleaned = new Redactor([secret], ["[ab]+", "-y"]).Clean(text).Replace(Redactor.Mark, "\n", StringComparison.Ordinal);

            Assert.DoesNotMatch("[ab]|-y", cleaned);
            Assert.DoesNotContain(secret, cleaned, StringComparison.Ordinal);
        }
    }
}
