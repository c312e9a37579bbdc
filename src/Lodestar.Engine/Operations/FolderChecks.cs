using Lodestar.Core;
using System.Globalization;
using System.Text.RegularExpressions;
using Lodestar.Core.Context;
using Lodestar.Engine.Context;
using Lodestar.Engine.Processes;
using Lodestar.Engine.Spec;
using Lodestar.Engine.Storage;

namespace Lodestar.Engine.Operations;

/// <summary>Looks at the files of the state folder besides spec and store.</summary>
internal static partial class FolderChecks
{
    internal static IEnumerable<HealthCheck> Run(ActionContext context, bool fix)
    {
        var folder = Path.Combine(context.Root.Value, ContextResolver.StateDirectory);
        try
        {
            return
            [
                IgnoreFile(context, fix),
                .. Leftovers(folder, fix),
                .. Backups(context.Runtime.Value),
                .. Held(context),
                .. ReadOnly(folder),
                .. fix ? Caches(folder) : [],
            ];
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            return [HealthCheck.Fail("state-folder", $"{folder} cannot be looked at or repaired: {cause.Message}", null)];
        }
    }

    private static HealthCheck IgnoreFile(ActionContext context, bool fix)
    {
        const string Name = ".gitignore";
        var path = StateFiles.IgnorePath(context.Root.Value);
        if (File.Exists(path) && File.ReadAllLines(path).Any(line => line.Trim() is "*" or "runtime.sqlite" or "runtime.sqlite*" or "/runtime.sqlite*"))
            return HealthCheck.Pass(Name, "Git ignores the runtime files.");
        if (!fix)
            return HealthCheck.Warn(Name, $"{path} does not make Git ignore the runtime files.", HealthCheck.Repair);
        AtomicFile.WriteText(path, StateFiles.IgnoreText);
        return HealthCheck.Pass(Name, $"{path} was written.");
    }

    /// <summary>What a writer killed in the middle left: its name holds the writer's pid. Nothing in it was ever acknowledged.</summary>
    private static IEnumerable<HealthCheck> Leftovers(string folder, bool fix)
    {
        string[] folders = [folder, Path.Combine(folder, StoreBackup.Folder)];
        var abandoned = folders
            .Where(Directory.Exists)
            .SelectMany(place => Directory.GetFiles(place, ".*.tmp*"))
            .Where(IsAbandoned)
            .Order(StringComparer.Ordinal)
            .ToArray();
        if (abandoned.Length == 0)
            return [];
        if (fix)
        {
            foreach (var file in abandoned)
                File.Delete(file);
            return [HealthCheck.Pass("leftovers", $"Removed {Quantity.Of(abandoned.Length, "temporary file")} of writers that are gone.")];
        }

        return HealthCheck.Bounded([.. abandoned.Select(file => HealthCheck.Warn("leftovers", $"{file} is the temporary file of a writer that is gone.", HealthCheck.Repair))]);
    }

    private static bool IsAbandoned(string file) =>
        OperatingSystem.IsLinux()
        && Temporary().Match(Path.GetFileName(file)) is { Success: true } found
        && int.TryParse(found.Groups["pid"].Value, CultureInfo.InvariantCulture, out var pid)
        && ProcessTable.Identify(pid) is null;

    private static IEnumerable<HealthCheck> Backups(string store)
    {
        var copies = StoreBackup.Of(store);
        return copies.Length == 0
            ? []
            : [HealthCheck.Info("backups", $"{Quantity.Of(copies.Length, "copy").Replace("copys", "copies", StringComparison.Ordinal)} of earlier stores in {Path.GetDirectoryName(copies[0])}, the last one {Path.GetFileName(copies[^1])}.")];
    }

    /// <summary>A lock file that nobody holds means nothing; one that is held says who else is at work.</summary>
    private static IEnumerable<HealthCheck> Held(ActionContext context)
    {
        var folder = Path.GetDirectoryName(context.Runtime.Value)!;
        if (!FileLock.CanLock(folder))
        {
            var why = WriteFailure.WithoutLocks(folder);
            return [HealthCheck.Fail("locks", why.Message, why.Hint)];
        }

        string[] locks = [context.Runtime.Value + RuntimeStore.LockSuffix, Path.Combine(context.Root.Value, SpecFile.LockPath)];
        return locks
            .Where(path => File.Exists(path) && FileLock.IsHeld(path))
            .Select(path => HealthCheck.Info("locks", $"A living process holds {path}; it is freed when that process ends."));
    }

    private static IEnumerable<HealthCheck> ReadOnly(string folder)
    {
        if (OperatingSystem.IsLinux() && !PosixFile.IsWritable(folder))
            yield return HealthCheck.Warn("state-folder", $"{folder} cannot be written by you: queries work, changes are refused.", null);
    }

    private static IEnumerable<HealthCheck> Caches(string folder)
    {
        var cache = Path.Combine(folder, "cache");
        if (!Directory.Exists(cache))
            return [];
        Directory.Delete(cache, recursive: true);
        return [HealthCheck.Pass("cache", "The caches were removed; they are made again when they are needed.")];
    }

    [GeneratedRegex(@"^\..+\.(?<pid>\d+)-\d+\.tmp(-wal|-shm|-journal)?$")]
    private static partial Regex Temporary();
}
