using Lodestar.Engine.Storage.Sqlite;
using Lodestar.TestKit;

namespace Lodestar.Cli.Tests.Hostile;

/// <summary>Machines and shells that are not as they should be: the real program says what is so, and loses nothing.</summary>
[Trait("Category", "Transcript")]
public sealed class EnvironmentTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private const string ReadOnly = "mount --bind . . && mount -o remount,bind,ro . && cd \"$PWD\" && exec \"$@\"";

    private readonly ScratchDirectory scratch = new();
    private readonly LodestarProgram program;

    public EnvironmentTests()
    {
        program = new LodestarProgram(scratch);
        scratch.Write("p/.lodestar/spec.yaml", "project: {id: 01JZ0000000000000000000000, name: Prüfung 日本}\ntasks:\n  \"ä b/../c\": {title: Größe}\n");
    }

    [Fact]
    public async Task A_directory_removed_under_its_shell_is_named()
    {
        var run = await ThroughAsync("mkdir gone && cd gone && rmdir ../gone && exec \"$@\"", "status", "--json");

        Assert.Equal((1, "directory-unknown"), (run.ExitCode, run.Code));
    }

    [Theory]
    [InlineData("LANG=C LC_ALL=C exec \"$@\"")]
    [InlineData("exec env -i PATH=\"$PATH\" ${DOTNET_ROOT:+DOTNET_ROOT=\"$DOTNET_ROOT\"} \"$@\"")]
    public async Task Neither_a_plain_locale_nor_a_missing_home_changes_a_letter(string script)
    {
        var run = await ThroughAsync(script, "task", "show", "ä b/../c");

        Assert.True(run.ExitCode == 0, run.ToString());
        Assert.StartsWith("ä b/../c - Größe\n", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_closed_standard_output_is_told_and_nothing_of_it_lands_in_a_file()
    {
        var joined = await ThroughAsync("exec \"$@\" >&-", "agent", "join", "--name", "ada");
        var listed = (await program.RunAsync(scratch.PathOf("p"), "agent", "list", "--json")).MustSucceed();
        var healthy = await program.RunAsync(scratch.PathOf("p"), "doctor", "--json");

        Assert.True(joined.ExitCode is 0 or 3, joined.ToString());
        Assert.Equal(1, listed.Data["count"]!.GetValue<int>());
        Assert.True(healthy.ExitCode == 0, healthy.ToString());
    }

    [Fact]
    public async Task Without_any_standard_stream_the_work_is_done_and_a_server_ends()
    {
        var made = await ThroughAsync("exec \"$@\" <&- >&- 2>&-", "task", "create", "--id", "F1", "--title", "Wanted");
        var served = await ThroughAsync("exec timeout 60 \"$@\" <&-", "mcp", "serve");
        var shown = await program.RunAsync(scratch.PathOf("p"), "task", "show", "F1", "--json");
        var healthy = await program.RunAsync(scratch.PathOf("p"), "doctor", "--json");

        Assert.Equal((0, 0, 0, 0), (made.ExitCode, served.ExitCode, shown.ExitCode, healthy.ExitCode));
    }

    [Fact]
    public async Task A_closed_standard_error_does_not_change_the_answer()
    {
        var run = await ThroughAsync("exec \"$@\" 2>&-", "task", "show", "F009", "--json");

        Assert.Equal((1, "task-unknown"), (run.ExitCode, run.Code));
    }

    [Fact]
    public async Task A_reader_that_has_seen_enough_is_no_failure()
    {
        var run = await ThroughAsync("\"$@\" | head -c 1; true", "task", "list", "--json");

        Assert.Equal(("{", ""), (run.Output, run.Error));
    }

    [Theory]
    [InlineData("events", "--follow", "--since", "0")]
    [InlineData("msg", "wait", "--timeout", "1h", "--agent")]
    public async Task Who_waits_for_others_ends_silently_when_its_reader_goes_and_nothing_happens(params string[] arguments)
    {
        var agent = (await program.RunAsync(scratch.PathOf("p"), "agent", "join", "--json")).MustSucceed().Data["agent_id"]!.GetValue<string>();

        var run = await ThroughAsync("\"$@\" | true; echo ended", [.. arguments, .. arguments[0] == "msg" ? [agent] : Array.Empty<string>()]);

        Assert.Equal(("ended\n", ""), (run.Output, run.Error));
    }

    [Theory]
    [InlineData(40)]
    [InlineData(80)]
    [InlineData(200)]
    public async Task On_a_terminal_no_line_of_a_table_is_wider_than_it(int columns)
    {
        var wide = string.Concat(Enumerable.Repeat("日本 [/x] ", 20));
        scratch.Write("p/.lodestar/spec.yaml", $"tasks:\n  F001: {{title: \"{wide}\", labels: [one, two]}}\n  F002: {{title: Two, depends_on: [F001]}}\n");
        var terminal = $"TYPED=\"$*\" TERM=xterm exec script -qec 'stty cols {columns} rows 50; exec $TYPED' /dev/null";

        var run = await ThroughAsync(terminal, "task", "list");
        var plain = await ThroughAsync("NO_COLOR=1 " + terminal, "task", "list");

        Assert.True(run.ExitCode == 0, run.ToString());
        Assert.Contains("\e[", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("\e[", plain.Output, StringComparison.Ordinal);
        Assert.Contains("[/x]", plain.Output, StringComparison.Ordinal);
        Assert.All(
            plain.Output.Split('\n').Select(line => line.TrimEnd('\r')).Where(line => line.StartsWith("F0", StringComparison.Ordinal)),
            line => Assert.True(Cells.Width(line) <= columns, line));
    }

    [Fact]
    public async Task On_a_terminal_help_is_text_and_nothing_else_and_fits()
    {
        var help = await ThroughAsync("TYPED=\"$*\" TERM=xterm exec script -qec 'stty cols 60 rows 50; exec $TYPED' /dev/null", "task", "create", "--help");

        Assert.True(help.ExitCode == 0, help.ToString());
        Assert.DoesNotContain("\e", help.Output, StringComparison.Ordinal);
        Assert.All(help.Output.Split('\n').Select(line => line.TrimEnd('\r')), line => Assert.True(Cells.Width(line) <= 60, line));
    }

    [Theory]
    [InlineData("file")]
    [InlineData("link")]
    public async Task What_is_called_dot_lodestar_and_is_no_folder_of_ours_is_refused_and_left_alone(string kind)
    {
        var place = scratch.PathOf("q", ".lodestar");
        Directory.CreateDirectory(scratch.PathOf("q"));
        if (kind == "file")
            File.WriteAllText(place, "mine");
        else
            File.CreateSymbolicLink(place, scratch.PathOf("p", ".lodestar"));

        var asked = await program.RunAsync(scratch.PathOf("q"), "task", "list", "--json");
        var init = await program.RunAsync(scratch.PathOf("q"), "init", "--force", "--json");

        Assert.True(asked.ExitCode == 1 && asked.Code is "not-initialized" or "state-linked", asked.ToString());
        Assert.True(init.ExitCode is 1 or 3 && init.Code is not null, init.ToString());
        Assert.True(kind == "file" ? File.ReadAllText(place) == "mine" : new FileInfo(place).LinkTarget is not null);
    }

    [Fact]
    public async Task A_project_above_the_repository_is_not_this_repositorys()
    {
        Directory.CreateDirectory(scratch.PathOf("p", "inner", ".git"));
        scratch.Write("p/inner/.git/HEAD", "ref: refs/heads/main\n");

        var run = await program.RunAsync(scratch.PathOf("p", "inner"), "task", "list", "--json");

        Assert.True(run.ExitCode == 1 && run.Code is not null, run.ToString());
    }

    /// <summary>A mount of our own, because tests may run as somebody whom permissions do not hold.</summary>
    [MountFact]
    public async Task In_a_read_only_checkout_queries_and_doctor_work_and_changes_are_refused()
    {
        (await program.RunAsync(scratch.PathOf("p"), "agent", "join", "--json")).MustSucceed();

        var healthy = await MountedAsync(ReadOnly, "doctor", "--json");
        var join = await MountedAsync(ReadOnly, "agent", "join", "--json");

        Assert.True(healthy.ExitCode == 0, healthy.ToString());
        Assert.Contains("queries work", healthy.Output, StringComparison.Ordinal);
        Assert.Equal((3, "store-unwritable"), (join.ExitCode, join.Code));
    }

    [MountTheory]
    [InlineData("-shm")]
    [InlineData("-wal", "-shm")]
    [InlineData("-wal")]
    public async Task In_a_read_only_checkout_without_what_SQLite_keeps_beside_a_store_queries_see_every_commit(params string[] missing)
    {
        (await program.RunAsync(scratch.PathOf("p"), "agent", "join", "--json")).MustSucceed();
        var store = scratch.PathOf("p", ".lodestar", "runtime.sqlite");
        if (missing.Contains("-wal"))
        {
            using var raw = SqliteConnection.Open(store, SqliteAccess.Write, TimeSpan.Zero);
            raw.KeepLogOnClose();
            raw.Execute("pragma wal_checkpoint(truncate)");
        }

        foreach (var suffix in missing)
            File.Delete(store + suffix);

        var listed = await MountedAsync(ReadOnly, "agent", "list", "--json");
        var healthy = await MountedAsync(ReadOnly, "doctor", "--json");

        Assert.True(listed.ExitCode == 0, listed.ToString());
        Assert.Equal(1, listed.Data["count"]!.GetValue<int>());
        Assert.True(healthy.ExitCode == 0, healthy.ToString());
    }

    [MountFact]
    public async Task A_disk_that_is_full_is_said_to_be_and_the_same_command_works_when_there_is_room_again()
    {
        const string Full =
            "cp -r .lodestar ../copy && mount -t tmpfs -o size=300k none . && cd \"$PWD\" && cp -r ../copy .lodestar && head -c 150000 /dev/zero > filler; "
            + "\"$@\" >&2; rm filler; exec \"$@\"";

        var join = await MountedAsync(Full, "agent", "join", "--json");

        Assert.Contains("\"disk-full\"", join.Error, StringComparison.Ordinal);
        Assert.True(join.ExitCode == 0, join.ToString());
    }

    /// <summary>The signal that comes with such a write is at its default, which ends a process at once.</summary>
    [Theory]
    [InlineData(2)]
    [InlineData(200)]
    public async Task A_limit_on_the_size_of_files_is_told_as_a_full_disk_and_leaves_the_store_as_it_was(int blocks)
    {
        var join = await LimitedAsync(blocks, "agent", "join", "--json");
        var listed = (await program.RunAsync(scratch.PathOf("p"), "agent", "list", "--json")).MustSucceed();

        Assert.Equal((3, "disk-full"), (join.ExitCode, join.Code));
        Assert.Equal(0, listed.Data["count"]!.GetValue<int>());
    }

    [Fact]
    public async Task A_spec_that_may_not_grow_stays_as_it_was_and_queries_go_on_without_their_cache()
    {
        var spec = $"tasks:\n{string.Concat(Enumerable.Range(0, 3000).Select(task => $"  F{task:0000}: {{title: Task {task}}}\n"))}";
        scratch.Write("p/.lodestar/spec.yaml", spec);

        var create = await LimitedAsync(80, "task", "create", "--title", "More", "--json");
        var show = await LimitedAsync(80, "task", "show", "F0999", "--json");

        Assert.Equal((3, "disk-full"), (create.ExitCode, create.Code));
        Assert.Equal(spec, File.ReadAllText(scratch.PathOf("p", ".lodestar", "spec.yaml")));
        Assert.True(show.ExitCode == 0, show.ToString());
        Assert.Empty(Directory.GetFiles(scratch.PathOf("p", ".lodestar"), "*.tmp"));
    }

    [FaultFact]
    public async Task Where_files_cannot_be_locked_nothing_is_changed_and_doctor_says_why()
    {
        var spec = File.ReadAllText(scratch.PathOf("p", ".lodestar", "spec.yaml"));

        var doctor = await ThroughAsync($"exec {FaultFactAttribute.WithoutLocks} \"$@\"", "doctor");
        var join = await ThroughAsync($"exec {FaultFactAttribute.WithoutLocks} \"$@\"", "agent", "join", "--json");
        var create = await ThroughAsync($"exec {FaultFactAttribute.WithoutLocks} \"$@\"", "task", "create", "--title", "More", "--json");

        Assert.Equal((3, "store-filesystem"), (join.ExitCode, join.Code));
        Assert.Equal((3, "store-filesystem"), (create.ExitCode, create.Code));
        Assert.True(doctor.ExitCode == 1, doctor.ToString());
        Assert.Contains("without file locks", doctor.Output, StringComparison.Ordinal);
        Assert.Equal(spec, File.ReadAllText(scratch.PathOf("p", ".lodestar", "spec.yaml")));
        Assert.False(File.Exists(scratch.PathOf("p", ".lodestar", "runtime.sqlite")));
    }

    public void Dispose() => scratch.Dispose();

    /// <summary>In blocks of 512 bytes. The runtime of a program that is not native maps its code through a file unless told not to.</summary>
    private Task<ProgramRun> LimitedAsync(int blocks, params string[] arguments) =>
        ThroughAsync($"ulimit -f {blocks}; DOTNET_EnableWriteXorExecute=0 exec \"$@\"", arguments);

    private Task<ProgramRun> MountedAsync(string script, params string[] arguments) =>
        ThroughAsync($"exec unshare -rm sh -c '{script}' sh \"$@\"", arguments);

    private async Task<ProgramRun> ThroughAsync(string script, params string[] arguments)
    {
        await using var started = program.StartThrough(scratch.PathOf("p"), script, arguments);
        return await started.EndAsync(Patience);
    }
}
