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
    public void Secrets_are_taken_out(string text, string expected) => Assert.Equal(expected, new Redactor(["pa55word", "no"]).Clean(text));

    [Fact]
    public void Half_a_secret_at_a_cut_is_taken_out_too() =>
        Assert.Equal("x [redacted]", new Redactor(["pa55word"]).CleanCut("x pa55"));
}
