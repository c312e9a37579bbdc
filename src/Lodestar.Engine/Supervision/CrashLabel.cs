using Lodestar.Engine.Processes;

namespace Lodestar.Engine.Supervision;

/// <summary>The points at which a run can be made to die, for tests of recovery: before and after every kind of effect.</summary>
/// <remarks><c>LODESTAR_CRASH_AT=label[:n]</c> kills the process with SIGKILL at the n-th pass of the label.</remarks>
public static class CrashLabel
{
    /// <summary>Kinds of effect of a run's loop, in the order a task passes them.</summary>
    private static readonly string[] LoopKinds =
    [
        "ledger-append", "own-run", "checkout", "process-spawn", "turn", "collect", "check", "merge", "collect-spec", "publish",
        "retire",
        "close-run",
    ];

    /// <summary>Every kind of effect: what the loop does, and what is done before and after it.</summary>
    public static IReadOnlyList<string> Kinds { get; } = ["enter-run", .. LoopKinds, "integrate"];

    /// <summary>Every label.</summary>
    public static IEnumerable<string> All => Kinds.SelectMany(Around);

    /// <summary>The labels the loop passes.</summary>
    public static IEnumerable<string> InLoop => LoopKinds.SelectMany(Around);

    /// <summary>The point after the intent is recorded and before anything is done.</summary>
    public static string Before(string kind) => $"{kind}.before";

    private static string[] Around(string kind) => [Before(kind), After(kind)];

    /// <summary>The point after it is done and before its outcome is recorded.</summary>
    public static string After(string kind) => $"{kind}.after";

    /// <summary>Makes the hook for a value of <c>LODESTAR_CRASH_AT</c>; does nothing when it is null or empty.</summary>
    /// <exception cref="FormatException">The label does not exist, or the pass is not a positive number.</exception>
    public static Action<string> Hook(string? setting)
    {
        if (string.IsNullOrEmpty(setting))
            return _ => { };

        var parts = setting.Split(':');
        var pass = 1;
        if (!All.Contains(parts[0]) || parts.Length > 2 || (parts.Length == 2 && !(int.TryParse(parts[1], out pass) && pass > 0)))
            throw new FormatException($"LODESTAR_CRASH_AT names no crash label: \"{setting}\".");

        var passes = 0;
        return label =>
        {
            if (label == parts[0] && Interlocked.Increment(ref passes) == pass)
            {
                LinuxNative.KillSelf();
                Thread.Sleep(Timeout.Infinite);
            }
        };
    }
}
