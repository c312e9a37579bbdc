using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Lodestar.Core;
using Lodestar.Core.Context;
using Lodestar.Core.Spec;
using Lodestar.Engine.Storage;

namespace Lodestar.Engine.Operations;

/// <summary>Checks that the project is sound. It gives all findings even when some of them are failures.</summary>
/// <param name="Opened">The session, or why there is none.</param>
/// <param name="Fix">Whether to repair what is safe to repair because it can be derived: the ignore file.</param>
public sealed record CheckHealth(Outcome<EngineSession> Opened, bool Fix = false)
{
    /// <summary>Runs the operation.</summary>
    public async Task<Outcome<HealthReport>> ExecuteAsync(CancellationToken cancellation)
    {
        if (Opened.Data is not { } session)
            return Report([HealthCheck.Fail("repository", Opened.Refusal!.Message, Opened.Refusal.Hint)]);
        if (LaneGate.Check(session, "doctor") is { } refusal)
            return refusal;

        var checks = new List<HealthCheck> { HealthCheck.Pass("repository", $"The project is {session.Context.Root}.") };
        var spec = session.LoadSpec();
        checks.Add(spec.Data is { } read
            ? HealthCheck.Pass("spec", $"The spec holds {Count(read.Tasks.Length, "task")}.")
            : HealthCheck.Fail("spec", spec.Refusal!.Message, spec.Refusal.Hint));
        if (spec.Data is not null)
            checks.AddRange(Dependencies(spec.Data));
        checks.AddRange(await StoreChecks.RunAsync(session, spec.Data, cancellation).ConfigureAwait(false));
        checks.Add(IgnoreFile(session.Context));
        checks.AddRange(await GitChecks.RunAsync(session.Context, cancellation).ConfigureAwait(false));
        return Report([.. checks]);
    }

    private static IEnumerable<HealthCheck> Dependencies(ProjectSpec spec)
    {
        var findings = SpecCheck.Run(spec);
        return findings.IsEmpty
            ? [HealthCheck.Pass("dependencies", "All dependencies exist, and no task waits for itself.")]
            : findings.Select(finding => HealthCheck.Fail(
                "dependencies", finding.Message, $"lodestar task update {ShellWord.Quote(finding.Task.Value)} --remove-depends-on {ShellWord.Quote(finding.Dependency.Value)}"));
    }

    private HealthCheck IgnoreFile(ActionContext context)
    {
        var path = StateFiles.IgnorePath(context.Root.Value);
        if (File.Exists(path) && File.ReadAllLines(path).Any(line => line.Trim() is "*" or "runtime.sqlite" or "runtime.sqlite*" or "/runtime.sqlite*"))
            return HealthCheck.Pass("ignore-file", "Git ignores the runtime files.");
        if (!Fix)
            return HealthCheck.Warn("ignore-file", $"{path} does not make Git ignore the runtime files.", "lodestar doctor --fix");
        AtomicFile.WriteText(path, StateFiles.IgnoreText);
        return HealthCheck.Pass("ignore-file", $"{path} was written.");
    }

    private static Outcome<HealthReport> Report(ImmutableArray<HealthCheck> checks)
    {
        var failed = checks.Count(check => check.Status == HealthCheck.Failed);
        var report = new HealthReport(failed == 0, checks);
        if (failed == 0)
            return report;
        return Outcome<HealthReport>.Unhealthy(
            report,
            new Refusal("unhealthy", $"{Count(failed, "check")} failed.", checks.First(check => check.Status == HealthCheck.Failed).Fix));
    }

    private static string Count(int count, string noun) => count == 1 ? $"1 {noun}" : $"{count} {noun}s";
}

/// <summary>How sound a project is.</summary>
/// <param name="Healthy">Whether nothing failed.</param>
/// <param name="Checks">What was looked at.</param>
public sealed record HealthReport(bool Healthy, ImmutableArray<HealthCheck> Checks);

/// <summary>One thing looked at.</summary>
/// <param name="Name">Stable name.</param>
/// <param name="Status"><c>pass</c>, <c>warn</c>, <c>fail</c> or <c>info</c>.</param>
/// <param name="Message">What was found.</param>
public sealed record HealthCheck(string Name, string Status, string Message)
{
    /// <summary>The status of a failure.</summary>
    internal const string Failed = "fail";

    /// <summary>What to do about it; absent when nothing is to do.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Fix { get; init; }

    internal static HealthCheck Pass(string name, string message) => new(name, "pass", message);

    internal static HealthCheck Info(string name, string message) => new(name, "info", message);

    internal static HealthCheck Warn(string name, string message, string? fix) => new(name, "warn", message) { Fix = fix };

    internal static HealthCheck Fail(string name, string message, string? fix) => new(name, Failed, message) { Fix = fix };
}
