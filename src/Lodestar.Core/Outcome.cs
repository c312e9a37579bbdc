namespace Lodestar.Core;

/// <summary>What an operation gives back: data, or a refusal, and in rare cases (run, resume, doctor) both.</summary>
/// <typeparam name="T">The operation's data.</typeparam>
public sealed class Outcome<T>
    where T : class
{
    private Outcome(T? data, Refusal? refusal)
    {
        Data = data;
        Refusal = refusal;
    }

    /// <summary>The result; null only when the operation was refused without one.</summary>
    public T? Data { get; }

    /// <summary>Why the operation was refused or ended unhealthy; null when it succeeded.</summary>
    public Refusal? Refusal { get; }

    /// <summary>Commands that lead on.</summary>
    public IReadOnlyList<NextAction> Next { get; init; } = [];

    /// <summary>What the caller should know besides.</summary>
    public IReadOnlyList<Warning> Warnings { get; init; } = [];

    /// <summary>An operation that was done.</summary>
    public static Outcome<T> Done(T data, IReadOnlyList<NextAction>? next = null, IReadOnlyList<Warning>? warnings = null) =>
        new(data, null) { Next = next ?? [], Warnings = warnings ?? [] };

    /// <summary>An operation whose data is complete although it counts as refused: an unhealthy check, a failed run.</summary>
    public static Outcome<T> Unhealthy(
        T data, Refusal refusal, IReadOnlyList<NextAction>? next = null, IReadOnlyList<Warning>? warnings = null) =>
        new(data, refusal) { Next = next ?? refusal.Next, Warnings = warnings ?? [] };

    /// <summary>The same with one more warning.</summary>
    public Outcome<T> Warn(Warning warning) => new(Data, Refusal) { Next = Next, Warnings = [.. Warnings, warning] };

    /// <summary>A refusal without data.</summary>
    public static implicit operator Outcome<T>(Refusal refusal) => new(null, refusal) { Next = refusal.Next };

    /// <summary>A success with nothing more to say.</summary>
    public static implicit operator Outcome<T>(T data) => new(data, null);
}
