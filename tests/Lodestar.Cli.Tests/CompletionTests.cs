using Lodestar.Core;
using Lodestar.Engine.Processes;
using Lodestar.TestKit;

namespace Lodestar.Cli.Tests;

/// <summary>Tab: what a word may become, and that shells can make use of it.</summary>
public sealed class CompletionTests : IDisposable
{
    private readonly MemoryConsole console = new();

    [Theory]
    [InlineData("task|show|", "F0 2", "F001")]
    [InlineData("task|show|F001", "F001")]
    [InlineData("task|verify|F0 ", "F0 2")]
    [InlineData("task|create|--depends-on|", "F0 2", "F001")]
    [InlineData("msg|send|--task|F001", "F001")]
    [InlineData("task|list|--status|do", "done")]
    [InlineData("task|show|G")]
    public async Task Ids_are_offered_by_value(string typed, params string[] expected)
    {
        Define();

        Assert.Equal(expected, await CompleteAsync(typed));
        Assert.Equal(["spec.yaml"], Directory.GetFileSystemEntries(console.Scratch.PathOf(".lodestar")).Select(Path.GetFileName));
    }

    [Fact]
    public async Task Agents_are_offered_until_they_leave()
    {
        Define();
        var agent = (await console.RunAsync("agent", "join", "--json")).MustSucceed().Data["agent_id"]!.GetValue<string>();

        Assert.Contains(agent, await CompleteAsync("task|claim|F001|--agent|A"));
        (await console.RunAsync("agent", "leave", agent)).MustSucceed();
        Assert.DoesNotContain(agent, await CompleteAsync("task|claim|F001|--agent|A"));
    }

    [Theory]
    [InlineData("tasks: {{{")]
    [InlineData(null)]
    public async Task Where_nothing_can_be_read_nothing_is_offered_and_nobody_is_disturbed(string? spec)
    {
        if (spec is not null)
            console.Scratch.Write(".lodestar/spec.yaml", spec);

        var run = await console.RunAsync("__complete", "--", "task", "show", "");

        Assert.Equal((0, "", ""), (run.ExitCode, run.Output, run.Error));
    }

    [Fact]
    public async Task Another_directory_is_asked_when_the_line_says_so()
    {
        console.Scratch.Write("p/.lodestar/spec.yaml", "tasks:\n  P1: {title: One}\n");

        Assert.Equal(["P1"], await CompleteAsync("-C|p|task|show|"));
    }

    [Fact]
    public async Task Bash_completes_words_with_blanks_and_signs()
    {
        Define();
        var script = (await console.RunAsync("completion", "bash")).Output;
        var bash = Programs.Find("bash", Environment.GetEnvironmentVariable("PATH"));
        Assert.True(bash is not null, "bash is not on PATH.");
        var bin = console.Scratch.Write("bin/lodestar", $"#!/bin/sh\nexec {ShellWord.Quote(LodestarProgram.Location)} \"$@\"\n");
        File.SetUnixFileMode(bin, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

        var said = await ChildProcess.RunAsync(
            new ChildOrder(
                bash,
                ["-c", script + "\nCOMP_WORDS=(lodestar task show F0); COMP_CWORD=3; _lodestar; printf '%s\\n' \"${COMPREPLY[@]}\""],
                console.Scratch.Root,
                new Dictionary<string, string>
                {
                    ["PATH"] = console.Scratch.PathOf("bin") + ":" + Environment.GetEnvironmentVariable("PATH"),
                    ["HOME"] = console.Scratch.Root,
                    ["DOTNET_ROOT"] = Environment.GetEnvironmentVariable("DOTNET_ROOT") ?? "",
                }),
            new ChildLimits(TimeSpan.FromMinutes(2), 1 << 16, 1 << 16),
            CancellationToken.None);

        Assert.Equal("F0\\ 2\nF001\n", System.Text.Encoding.UTF8.GetString(said.Output));
    }

    [Theory]
    [InlineData("bash")]
    [InlineData("zsh")]
    [InlineData("fish")]
    [InlineData("pwsh")]
    public async Task Every_script_asks_with_the_words_behind_a_double_dash(string shell) =>
        Assert.Contains("lodestar __complete -- ", (await console.RunAsync("completion", shell)).Output, StringComparison.Ordinal);

    public void Dispose() => console.Dispose();

    private void Define() => console.Scratch.Write(
        ".lodestar/spec.yaml", "project: {id: 01JZ0000000000000000000000, name: demo}\ntasks:\n  F001: {title: One}\n  F0 2: {title: Two}\n");

    private async Task<string[]> CompleteAsync(string typed)
    {
        var run = (await console.RunAsync(["__complete", "--", .. typed.Split('|')])).MustSucceed();
        return run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
