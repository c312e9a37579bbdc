using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Lodestar.TestKit;

namespace Lodestar.Cli.Tests.Golden;

/// <summary>Plays recorded scenarios against this program, in the test's own process and on a clock of its own.</summary>
internal sealed class GoldenStage : IDisposable
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(20);

    private readonly TestClock clock = new();
    private readonly MemoryConsole console;
    private readonly GoldenMatch match;
    private readonly string root;
    private int moments;

    /// <summary>Makes an empty directory.</summary>
    public GoldenStage()
    {
        console = new MemoryConsole(clock);
        root = console.Scratch.PathOf("repo");
        Directory.CreateDirectory(root);
        match = new GoldenMatch(console.Scratch.Root, root);
    }

    /// <summary>Plays a scenario and gives every difference that is not on purpose.</summary>
    public async Task<IReadOnlyList<string>> PlayAsync(GoldenScenario scenario)
    {
        var differences = new List<string>();
        for (var index = 0; index < scenario.Steps.Count; index++)
        {
            var step = scenario.Steps[index];
            clock.Advance(Tick);
            var deviation = GoldenDeviations.Of(scenario.Name, index);
            var title = $"{index} {string.Join(' ', step["run"]?.AsArray().Select(word => word!.GetValue<string>()) ?? [])}".TrimEnd();
            var found = step.ContainsKey("run") ? await RunAsync(step, deviation) : Prepare(step, deviation);
            differences.AddRange(found.Select(one => $"step {title}: {one}"));
        }

        return differences;
    }

    /// <inheritdoc/>
    public void Dispose() => console.Dispose();

    private async Task<IEnumerable<string>> RunAsync(JsonObject step, GoldenDeviation? deviation)
    {
        console.Directory = Path.Combine(root, step["cwd"]?.GetValue<string>() ?? "");
        foreach (var (name, value) in step["env"]?.AsObject() ?? [])
            console.With(name, value!.GetValue<string>());
        var run = await console.RunAsync([.. step["run"]!.AsArray().Select(word => match.Fill(word!.GetValue<string>()))]);
        foreach (var (name, _) in step["env"]?.AsObject() ?? [])
            console.Without(name);

        var differences = new List<string>();
        if (run.ExitCode is < 0 or > 3)
            differences.Add($"exit {run.ExitCode} is no clear answer\n{run.Error}");
        if (deviation?.Only is { } places)
            differences.AddRange(Compare(step, run).Where(one => !places.Any(place => one.StartsWith(place + ":", StringComparison.Ordinal))));
        else if (deviation is not null)
            differences.AddRange(deviation.Differences(run));
        else if (!step.ContainsKey("crashed"))
            differences.AddRange(Compare(step, run));
        // What a deviating step answered may still name an id that later steps use.
        match.Notice(run.Output);
        return differences;
    }

    private IEnumerable<string> Compare(JsonObject step, ProgramRun run)
    {
        var exit = step["exit"]!.GetValue<int>();
        // The recorder knew one failure; usage errors and broken environments have exits of their own here.
        if (run.ExitCode != exit && !(exit == 1 && run.ExitCode is 2 or 3))
            yield return $"exit {exit} was recorded, {run.ExitCode} answered: {Envelope(run)?["error"]?["code"]?.GetValue<string>() ?? run.Error}";
        if (!step.ContainsKey("data") && !step.ContainsKey("refused") && !step.ContainsKey("bare"))
            yield break;
        if (Envelope(run) is not { } envelope)
        {
            yield return "one JSON document was expected on standard output";
            yield break;
        }

        if (step.ContainsKey("bare"))
            yield break;
        var ok = envelope["ok"]?.GetValue<bool>();
        if (ok != step.ContainsKey("data"))
            yield return $"ok is {ok}: {run.Code}";
        if (ok == false && (envelope["error"]?["code"] is null || envelope["error"]?["message"] is null || envelope["data"]?["error"] is null))
            yield return "a refusal carries error.code, error.message and data.error";
        if (step.ContainsKey("warns") && envelope["warnings"] is not JsonArray { Count: > 0 })
            yield return "a warning was recorded, none given";
        foreach (var difference in ok == true && step.ContainsKey("data") ? match.Differences(step["data"], envelope["data"], "data") : [])
            yield return difference;
    }

    private IEnumerable<string> Prepare(JsonObject step, GoldenDeviation? deviation)
    {
        if (step["write"]?.GetValue<string>() is { } path)
            console.Scratch.Write(Path.Combine("repo", path), match.Fill(step["text"]!.GetValue<string>()));
        else if (step["pass_seconds"]?.GetValue<double>() is { } seconds)
            clock.Advance(TimeSpan.FromSeconds(seconds));
        else if (step.ContainsKey("mark_time"))
            match.Bind($"<TS@{++moments}>", clock.GetUtcNow().ToString("O", CultureInfo.InvariantCulture));
        else if (step["exists"] is JsonObject files)
            // The store comes into being with its first row, not with the first look.
            return deviation is not null ? [] : files
                .Where(file => !file.Key.EndsWith("runtime.sqlite", StringComparison.Ordinal))
                .Where(file => Path.Exists(Path.Combine(root, file.Key)) != file.Value!.GetValue<bool>())
                .Select(file => $"{file.Key} should {(file.Value!.GetValue<bool>() ? "" : "not ")}be there");
        else
            throw new InvalidOperationException($"The step is of no known kind: {step.ToJsonString()}");
        return [];
    }

    private static JsonObject? Envelope(ProgramRun run)
    {
        try
        {
            return JsonNode.Parse(run.Output) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
