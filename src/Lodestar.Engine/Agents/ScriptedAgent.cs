using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Lodestar.Engine.Git;
using Lodestar.Engine.Processes;

namespace Lodestar.Engine.Agents;

/// <summary>The hidden verb <c>lodestar __scripted SCRIPT.json</c>: an agent that speaks the protocol and does what a script
/// says. For demonstrations, rehearsals and tests.</summary>
public sealed class ScriptedAgent
{
    private static readonly TimeSpan HeartbeatInterval = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan ProgramLimit = TimeSpan.FromMinutes(10);

    private readonly CommandHead command;
    private readonly Stream output;
    private readonly TextWriter error;
    private readonly Lock gate = new();
    private readonly JsonObject usage = [];
    private IDisposable? ignored;
    private bool silent;
    private string? text;
    private string? noChange;
    private int messages;

    private ScriptedAgent(CommandHead command, Stream output, TextWriter error)
    {
        this.command = command;
        this.output = output;
        this.error = error;
    }

    /// <summary>Reads one command, follows the script, and exits when told to.</summary>
    /// <returns>The exit code: 2 for a script or command that cannot be read.</returns>
    public static async Task<int> RunAsync(string script, Stream input, Stream output, TextWriter error)
    {
        try
        {
            var turns = ScriptedScript.Read(await File.ReadAllBytesAsync(script));
            using var reader = new StreamReader(input);
            if (await reader.ReadLineAsync() is not { } line)
                return 0;
            using var document = JsonDocument.Parse(line);
            var root = document.RootElement;
            var head = CommandHead.Read(line);
            var inputs = root.TryGetProperty("inputs", out var given) ? given : default;
            var turn = turns.TurnFor(head.Action, head.TaskId, Number(inputs, "round"), Number(inputs, "attempt"));
            return await new ScriptedAgent(head, output, error).FollowAsync(turn, reader);
        }
        catch (Exception failure) when (failure is FormatException or IOException or JsonException)
        {
            await error.WriteLineAsync(failure.Message);
            return 2;
        }
    }

    private static int Number(JsonElement inputs, string name) =>
        inputs.ValueKind == JsonValueKind.Object && inputs.TryGetProperty(name, out var value) && value.TryGetInt32(out var number)
            ? number
            : 1;

    private async Task<int> FollowAsync(ScriptedTurn? turn, StreamReader input)
    {
        using var beating = new CancellationTokenSource();
        var heart = BeatAsync(beating.Token);
        foreach (var step in turn?.Steps ?? [])
        {
            if (await TakeAsync(step) is { } exit)
                return exit;
        }

        if (turn is null)
            Send("error", payload: new JsonObject { ["code"] = "not_scripted", ["message"] = $"The script has no turn for {command.Action}." });
        else
            Finish();
        // The protocol's way to leave: when the input ends.
        await input.ReadToEndAsync();
        await beating.CancelAsync();
        await heart;
        ignored?.Dispose();
        return 0;
    }

    /// <summary>Does one step; a value ends the turn at once with that exit code.</summary>
    private async Task<int?> TakeAsync(ScriptedStep step)
    {
        text = step.Text ?? text;
        noChange = step.NoChange ?? noChange;
        silent |= step.Silent == true;
        if (step.Usage is { } spent)
            (usage["cost_usd"], usage["tokens"]) = (spent.CostUsd, spent.Tokens);
        Touch(step);
        if (step.Run is { Count: > 0 } run)
            await RunAsync(run);
        if (step.Commit is { } message)
            await CommitAsync(message);
        if (step.SpawnGrandchild == true)
            await RunAsync(["setsid", "sh", "-c", "trap '' TERM; (while :; do sleep 1; done) > /dev/null 2>&1 < /dev/null &"]);
        if (step.IgnoreSignals == true)
            ignored ??= PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => context.Cancel = true);
        if (step.SleepMs is { } pause)
            await Task.Delay(pause);
        if (step.WaitFor is { } file)
        {
            while (!File.Exists(file))
                await Task.Delay(5);
        }

        return Speak(step);
    }

    private static void Touch(ScriptedStep step)
    {
        foreach (var file in new[] { step.Write, step.Append }.OfType<ScriptedFile>())
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(file.Path))!);
        if (step.Write is { } written)
            File.WriteAllText(written.Path, written.Text);
        if (step.Append is { } appended)
            File.AppendAllText(appended.Path, appended.Text);
        if (step.Delete is { } gone)
            File.Delete(gone);
    }

    private int? Speak(ScriptedStep step)
    {
        if (step.Err is { } complaint)
            error.WriteLine(complaint);
        if (step.Say is { } said)
            Send("builder.progress", payload: new JsonObject { ["message"] = said });
        for (var left = step.Flood ?? 0; left > 0; left -= 1000)
            Send("builder.progress", payload: new JsonObject { ["message"] = new string('f', 1000) });
        if (step.Raw is { } raw)
            Write(Encoding.UTF8.GetBytes(raw));
        if (step.Crash == true)
            LinuxNative.KillSelf();

        if (step.Fail is { } code)
        {
            Send("error", payload: new JsonObject { ["code"] = code, ["message"] = text ?? "The script says so.", ["usage"] = usage.DeepClone() });
            return 1;
        }

        if (step.Verdict is { } verdict)
        {
            if (command.Action == "update_spec")
                Send($"spec.{verdict}", payload: Payload());
            else
                Send("review.completed", verdict, Payload());
            return 0;
        }

        return step.Exit;
    }

    private void Finish()
    {
        var payload = Payload();
        switch (command.Action)
        {
            case "review":
                Send("review.completed", "approved", payload);
                break;
            case "update_spec":
                Send(noChange is null ? "spec.updated" : "spec.no_changes_needed", payload: payload);
                break;
            case "intake" or "task_discovery":
                Send("orchestration.proposed_tasks", payload: payload);
                break;
            default:
                payload["tests"] = new JsonObject { ["status"] = "pass" };
                Send("builder.completed", payload: payload);
                break;
        }
    }

    private JsonObject Payload()
    {
        var payload = new JsonObject { ["summary"] = text ?? "done" };
        if (noChange is not null)
            payload["no_change"] = noChange;
        if (usage.Count > 0)
            payload["usage"] = usage.DeepClone();
        return payload;
    }

    private static async Task CommitAsync(string message)
    {
        var git = GitClient.Find();
        await git.RunAsync(new GitCall(Environment.CurrentDirectory, "add", "-A"), CancellationToken.None);
        await git.RunAsync(
            new GitCall(Environment.CurrentDirectory, "commit", "-q", "--allow-empty", "-m", message)
            {
                // An agent's commits run the repository's hooks, as a person's would.
                RunHooks = true,
                Config = [new("commit.gpgsign", "false"), new("user.name", "Scripted"), new("user.email", "scripted@lodestar.invalid")],
            },
            CancellationToken.None);
    }

    private async Task RunAsync(IReadOnlyList<string> words)
    {
        var environment = Environment.GetEnvironmentVariables().Cast<System.Collections.DictionaryEntry>()
            .ToDictionary(entry => (string)entry.Key, entry => (string)entry.Value!, StringComparer.Ordinal);
        var resolved = ExecCommand.Resolve(words, environment.GetValueOrDefault("PATH"));
        var result = await ChildProcess.RunAsync(
            new ChildOrder(resolved[0], [.. resolved.Skip(1)], Environment.CurrentDirectory, environment),
            new ChildLimits(ProgramLimit, 64 * 1024, 64 * 1024),
            CancellationToken.None);
        if (result.Exit.Code != 0)
            await error.WriteLineAsync($"{words[0]} ended with {result.Exit.Code?.ToString(CultureInfo.InvariantCulture) ?? "a signal"}.");
    }

    private async Task BeatAsync(CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(HeartbeatInterval);
        var start = DateTimeOffset.UtcNow;
        try
        {
            for (var seq = 1L; ; seq++)
            {
                if (!silent)
                    Write(Line(JsonSerializer.Serialize(
                        new AgentHeartbeat(
                            "heartbeat", new AgentAddress(command.AgentType), seq, "busy", Environment.ProcessId,
                            (long)(DateTimeOffset.UtcNow - start).TotalSeconds, DateTimeOffset.UtcNow, command.TaskId),
                        AgentJson.Default.AgentHeartbeat)));
                await timer.WaitForNextTickAsync(cancellation);
            }
        }
        catch (OperationCanceledException)
        {
            // The turn is over.
        }
    }

    private void Send(string name, string? status = null, JsonObject? payload = null) => Write(Line(JsonSerializer.Serialize(
        new AgentMessage(
            "event",
            $"evt-{Environment.ProcessId:x8}-{Interlocked.Increment(ref messages)}",
            command.CorrelationId,
            command.TaskId,
            new AgentAddress(command.AgentType),
            name,
            DateTimeOffset.UtcNow)
        {
            Payload = payload ?? [],
            Status = status,
            ObservedVersion = command.SnapshotId is { } snapshot ? new ObservedVersion(snapshot) : null,
        },
        AgentJson.Default.AgentMessage)));

    private static byte[] Line(string text) => Encoding.UTF8.GetBytes(text + "\n");

    // Heartbeats come from another thread; two lines must not be mixed into one.
    private void Write(byte[] bytes)
    {
        lock (gate)
        {
            output.Write(bytes);
            output.Flush();
        }
    }
}
