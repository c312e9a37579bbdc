using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Lodestar.TestKit;

/// <summary>Finds what still runs on behalf of a test: every process that was given the test's own home, or works in its
/// folders. It shares nothing with how the engine looks for processes.</summary>
public static class LivingProcesses
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(25);

    /// <summary>One line for every living process of the scratch directory.</summary>
    public static IReadOnlyList<string> Of(ScratchDirectory scratch) =>
    [
        .. Directory.EnumerateDirectories("/proc")
            .Select(Path.GetFileName)
            .Where(name => int.TryParse(name, CultureInfo.InvariantCulture, out var pid) && pid != Environment.ProcessId)
            .Where(pid => !IsDead(pid!) && BelongsTo(pid!, scratch.Root))
            .Select(pid => $"{pid} {Read($"/proc/{pid}/cmdline").Replace('\0', ' ')}"),
    ];

    /// <summary>Waits until none is alive, and gives what is when the time is over.</summary>
    public static async Task<IReadOnlyList<string>> LeftAfterAsync(ScratchDirectory scratch, TimeSpan limit)
    {
        IReadOnlyList<string> left = [];
        await Waiting.UntilAsync(() => (left = Of(scratch)).Count == 0, limit, Interval);
        return left;
    }

    /// <summary>Kills those whose command line is chosen, all in one go.</summary>
    public static void KillAll(ScratchDirectory scratch, Func<string, bool> chosen)
    {
        var pids = Of(scratch).Where(chosen).Select(line => line[..line.IndexOf(' ', StringComparison.Ordinal)]);
        using var kill = Process.Start("/bin/sh", ["-c", "kill -s KILL \"$@\"", "sh", .. pids]);
        kill.WaitForExit();
    }

    private static bool BelongsTo(string pid, string root) =>
        Read($"/proc/{pid}/environ").Contains($"HOME={root}/", StringComparison.Ordinal)
        || Link($"/proc/{pid}/cwd").StartsWith(root + "/", StringComparison.Ordinal);

    private static bool IsDead(string pid)
    {
        var stat = Read($"/proc/{pid}/stat");
        return stat.Length == 0 || stat[(stat.LastIndexOf(')') + 2)..][0] is 'Z' or 'X';
    }

    private static string Link(string path)
    {
        try
        {
            return File.ResolveLinkTarget(path, returnFinalTarget: false)?.FullName ?? "";
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            return ""; // It has ended meanwhile, or is another user's.
        }
    }

    private static string Read(string path)
    {
        try
        {
            return Encoding.UTF8.GetString(File.ReadAllBytes(path));
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            return ""; // It has ended meanwhile, or is another user's.
        }
    }
}
