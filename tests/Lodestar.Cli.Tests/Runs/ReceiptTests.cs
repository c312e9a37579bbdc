using Lodestar.Engine.Storage.Sqlite;
using Lodestar.TestKit;

namespace Lodestar.Cli.Tests.Runs;

/// <summary>Receipts that were altered, lost or lie are found out, and a run whose proof was altered does not go on unseen.</summary>
public sealed class ReceiptTests
{
    [Fact]
    public async Task A_run_with_an_altered_receipt_is_not_resumed_and_one_with_a_lost_receipt_is_told_of_it()
    {
        using var project = await PausedAsync();
        var run = await project.RunIdAsync();
        (await project.LodestarAsync("run", "retry", "F002", "--json")).MustSucceed();
        var files = Receipts(project, run);
        var altered = files[0];
        var whole = File.ReadAllText(altered);

        File.WriteAllText(altered, whole.Replace("\"size\": 5", "\"size\": 6", StringComparison.Ordinal));
        var refused = await project.LodestarAsync("resume", "--json");
        Assert.True(refused.Code == "receipt-altered", refused.ToString());
        var told = await project.LodestarAsync("run", "receipts", "--json");
        Assert.Equal("receipts-broken", told.Code);
        Assert.Contains("copy-altered", Problems(told));

        File.Delete(altered);
        Assert.Contains("copy-missing", Problems(await project.LodestarAsync("run", "receipts", "--json")));
        File.WriteAllText(project.Repo.Beside("go"), "");
        var resumed = (await project.LodestarAsync("resume", "--json")).MustSucceed();
        Assert.Contains(resumed.Data["findings"]!.AsArray(), finding => (string?)finding!["code"] == "receipt-missing");
        Assert.Equal(whole, File.ReadAllText(altered));
        var held = (await project.LodestarAsync("run", "receipts", "--json")).MustSucceed();
        Assert.Equal((0, Receipts(project, run).Length), (held.Data["broken"]!.GetValue<int>(), held.Data["total"]!.GetValue<int>()));
    }

    [Fact]
    public async Task A_changed_byte_of_the_stored_ledger_ends_every_verb_that_would_believe_it()
    {
        using var project = await PausedAsync();
        var run = await project.RunIdAsync();
        var path = Path.Combine(project.Repo.Root, ".lodestar", "runtime.sqlite");
        using (var database = SqliteConnection.Open(path, SqliteAccess.Write, TimeSpan.FromSeconds(5)))
            database.Execute("update ledger set line = replace(line, '\"attempt\":1', '\"attempt\":3') where seq = (select min(seq) from ledger where line like '%\"attempt\":1%')");

        foreach (var verb in (string[][])[["resume"], ["run", "show"], ["run", "receipts"], ["run", "explain", "F001"]])
        {
            var refused = await project.LodestarAsync([.. verb, "--json"]);
            Assert.True(refused.Code == "ledger-damaged", $"{run}\n{refused}");
        }
    }

    [Fact]
    public async Task Receipts_say_which_of_them_the_repository_no_longer_bears_out()
    {
        using var project = await PausedAsync();
        var run = await project.RunIdAsync();
        await project.Repo.GitAsync("update-ref", "-d", $"refs/heads/lodestar/{run}/run");
        foreach (var pin in (await project.Repo.GitAsync("for-each-ref", "--format=%(refname)", $"refs/lodestar/attempts/{run}")).Split('\n', StringSplitOptions.RemoveEmptyEntries))
            await project.Repo.GitAsync("update-ref", "-d", pin);

        Assert.Contains("commit-not-pinned", Problems(await project.LodestarAsync("run", "receipts", "--json")));
    }

    [Fact]
    public async Task Nobody_else_can_read_what_a_run_writes()
    {
        using var project = await PausedAsync();
        var folder = project.RunPath(await project.RunIdAsync());

        Assert.All(
            Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories),
            file => Assert.Equal((file, UnixFileMode.UserRead | UnixFileMode.UserWrite), (file, File.GetUnixFileMode(file))));
        Assert.All(
            Directory.EnumerateDirectories(folder, "*", SearchOption.AllDirectories).Append(folder),
            one => Assert.Equal((one, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute), (one, File.GetUnixFileMode(one))));
    }

    [Fact]
    public async Task No_secret_an_agent_tells_is_in_any_file_of_the_project()
    {
        using var project = await PausedAsync("checks:\n  - {name: card, run: 'echo \"check \"4000-\"1234.\"'}\nredact: ['4000-\\d+']\n");
        var files = Directory.GetFiles(Path.Combine(project.Repo.Root, ".lodestar"), "*", SearchOption.AllDirectories)
            .ToDictionary(file => file, file => System.Text.Encoding.Latin1.GetString(File.ReadAllBytes(file)), StringComparer.Ordinal);

        Assert.Contains(files.Values, content => content.Contains("SHOP_TOKEN=[redacted]", StringComparison.Ordinal));
        Assert.DoesNotContain(files, file => file.Value.Contains("hunter2hunter2", StringComparison.Ordinal));
        // Patterns of the charter and of this machine; what the latter matches comes in pieces.
        Assert.All(
            (string[])["agent [redacted].", "check [redacted].", "it is [redacted]!"],
            told => Assert.Contains(files.Values, content => content.Contains(told, StringComparison.Ordinal)));
        Assert.DoesNotContain(files, file => file.Value.Contains("4000-1234", StringComparison.Ordinal));
        Assert.DoesNotContain(files, file => file.Value.Contains("pin-7777", StringComparison.Ordinal));
    }

    /// <summary>A run of which one task is on the run branch and one failed.</summary>
    private static async Task<RunProject> PausedAsync(string charter = "")
    {
        var project = await RunProject.CreateAsync(
            "  F001: {title: First}\n  F002: {title: Second, depends_on: [F001]}",
            $"policy: {{max_attempts: 1}}\nprofiles:\n  builder: {{adapter: exec, command: [\"@/builder\"]}}\n{charter}");
        project.Repo.Write(".lodestar/local.yaml", "redact: ['pin-\\d{4}']\n");
        project.Script(
            "builder",
            """
            half=hunter2; echo "SHOP_TOKEN=$half$half"; echo "api_key: '$half$half'" >&2
            echo "agent 4000-""1234."; printf 'it is pin-'; printf 77; /bin/true; printf '77!\n'
            if [ "$LODESTAR_TASK_ID" = F002 ] && [ ! -e "$HOME/../go" ]; then exit 3; fi
            echo done > "$LODESTAR_TASK_ID.txt"
            """);
        var failed = await project.LodestarAsync("run", "--json");
        Assert.True(failed.Code == "run-failed", failed.ToString());
        return project;
    }

    private static string[] Receipts(RunProject project, string run) =>
        [.. Directory.EnumerateFiles(project.RunPath(run, "receipts"), "*.json", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];

    private static IEnumerable<string?> Problems(ProgramRun told) =>
        told.Data["receipts"]!.AsArray().SelectMany(receipt => receipt!["problems"]!.AsArray()).Select(problem => (string?)problem!["code"]);
}
