namespace Lodestar.Engine;

/// <summary>The world around us is broken: no git, unreadable or locked store, disk full, newer schema. Ends the
/// command with exit code 3; its message is read by people and agents.</summary>
public class EnvironmentException : Exception
{
    /// <summary>Creates the failure.</summary>
    /// <param name="code">Stable kebab-case code.</param>
    /// <param name="message">One sentence: subject and fact.</param>
    /// <param name="hint">The next step, or null.</param>
    /// <param name="cause">What was caught, or null.</param>
    public EnvironmentException(string code, string message, string? hint = null, Exception? cause = null)
        : base(message, cause)
    {
        Code = code;
        Hint = hint;
    }

    /// <summary>Stable kebab-case code.</summary>
    public string Code { get; }

    /// <summary>The next step, or null.</summary>
    public string? Hint { get; }
}
