namespace Lodestar.Cli.Tests.Hostile;

/// <summary>A test that mounts something, in a world of its own. Where the machine allows that to nobody it is skipped.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class MountFactAttribute : FactAttribute
{
    public MountFactAttribute() => Skip = Mounts.WhyNot;
}

/// <summary>As <see cref="MountFactAttribute"/>, with data.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class MountTheoryAttribute : TheoryAttribute
{
    public MountTheoryAttribute() => Skip = Mounts.WhyNot;
}

/// <summary>A test that makes system calls fail. Where <c>strace</c> is missing or may not do that it is skipped.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class FaultFactAttribute : FactAttribute
{
    /// <summary>In front of a command: on this machine nothing can be locked.</summary>
    internal const string WithoutLocks = "strace --seccomp-bpf -qq -f -o /dev/null -e trace=flock -e inject=flock:error=ENOLCK";

    private static readonly string? WhyNot = Machine.Can($"! {WithoutLocks} flock -s / true") && Machine.Can("flock -s / true")
        ? null
        : "On this machine no system call can be made to fail.";

    public FaultFactAttribute() => Skip = WhyNot;
}

/// <summary>Whether tests may mount.</summary>
internal static class Mounts
{
    internal static string? WhyNot { get; } =
        Machine.Can("unshare -rm mount -t tmpfs none /tmp") ? null : "This machine allows no mounts.";
}

/// <summary>What can be tried on the machine the tests run on.</summary>
internal static class Machine
{
    internal static bool Can(string script)
    {
        using var tried = System.Diagnostics.Process.Start(
            new System.Diagnostics.ProcessStartInfo("/bin/sh", ["-c", script]) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        return tried.WaitForExit(TimeSpan.FromSeconds(30)) && tried.ExitCode == 0;
    }
}
