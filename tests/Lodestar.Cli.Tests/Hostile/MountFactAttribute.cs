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

/// <summary>Whether tests may mount.</summary>
internal static class Mounts
{
    internal static string? WhyNot { get; } = Allowed() ? null : "This machine allows no mounts.";

    private static bool Allowed()
    {
        try
        {
            using var tried = System.Diagnostics.Process.Start(
                new System.Diagnostics.ProcessStartInfo("unshare", ["-rm", "mount", "-t", "tmpfs", "none", "/tmp"]) { RedirectStandardError = true })!;
            return tried.WaitForExit(TimeSpan.FromSeconds(30)) && tried.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
