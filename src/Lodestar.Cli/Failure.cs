using System.Globalization;
using System.Runtime.InteropServices;
using Lodestar.Core;
using Lodestar.Engine;
using Lodestar.Engine.Storage;

namespace Lodestar.Cli;

/// <summary>The exit codes of every command.</summary>
internal enum ExitCode
{
    /// <summary>Done.</summary>
    Done = 0,

    /// <summary>Refused, or done and unhealthy.</summary>
    Refused = 1,

    /// <summary>The command line is wrong.</summary>
    Usage = 2,

    /// <summary>The world around us is broken.</summary>
    Environment = 3,

    /// <summary>A bug in us.</summary>
    Bug = 70,
}

/// <summary>What ended a command early, in the one form that is shown. The kind fixes the exit code; nothing else converts.</summary>
/// <param name="ExitCode">How the process ends.</param>
/// <param name="Refusal">Code, sentence, hint, details and commands that lead on.</param>
internal sealed record Failure(ExitCode ExitCode, Refusal Refusal)
{
    /// <summary>Names what was thrown. Everything unknown is a bug, and its full report goes to a file.</summary>
    public static Failure From(Exception thrown, CommandContext context, string command) => thrown switch
    {
        RefusedException refused => new(ExitCode.Refused, refused.Refusal),
        UsageException usage => new(ExitCode.Usage, new Refusal("usage", usage.Message, usage.Hint)),
        EnvironmentException broken => new(ExitCode.Environment, new Refusal(broken.Code, broken.Message, broken.Hint)),
        OperationCanceledException => new(ExitCode.Refused, new Refusal("interrupted", "The command was interrupted before it was done.")),
        IOException full when WriteFailure.IsNoRoom(full) =>
            new(ExitCode.Environment, new Refusal("disk-full", full.Message, "Free some space and run the command again.")),
        UnauthorizedAccessException denied => new(ExitCode.Environment, new Refusal("access-denied", denied.Message)),
        IOException failed => new(ExitCode.Environment, new Refusal("io-failed", failed.Message)),
        _ => Unexpected(thrown, context, command),
    };

    private static Failure Unexpected(Exception thrown, CommandContext context, string command)
    {
        var report = $"""
            lodestar {Product.Version}, {RuntimeInformation.FrameworkDescription}, {RuntimeInformation.OSDescription}
            command: {command}
            at: {context.Clock.GetUtcNow():O}

            {thrown}

            """;
        var name = $"lodestar-report-{context.Clock.GetUtcNow().ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture)}-{Environment.ProcessId}.txt";
        var path = Path.Combine(context.TemporaryDirectory, name);
        var sentence = $"Something unexpected went wrong: {thrown.GetType().Name}.";
        try
        {
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            using var writer = new StreamWriter(path, options);
            writer.Write(report);
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            return new(ExitCode.Bug, new Refusal("bug", sentence, "The report could not be written; here it is in full.")
            {
                Details = { ["report"] = report },
            });
        }

        return new(ExitCode.Bug, new Refusal("bug", sentence, $"The full report is in {path}")
        {
            Details = { ["report_file"] = path },
        });
    }
}
