namespace Lodestar.Cli;

/// <summary>The command line itself is wrong: exit code 2. Its message is read by the one who typed it.</summary>
internal sealed class UsageException(string message, string? hint = null) : Exception(message)
{
    /// <summary>What to type instead, or null.</summary>
    public string? Hint { get; } = hint;
}
