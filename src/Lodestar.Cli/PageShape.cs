namespace Lodestar.Cli;

/// <summary>What the place a text goes to can show.</summary>
/// <param name="Width">Columns of the terminal; null when it is none, and then nothing is cut.</param>
/// <param name="Colour">Whether colour may be used.</param>
internal sealed record PageShape(int? Width, bool Colour)
{
    /// <summary>A file or a pipe: no limit, no colour.</summary>
    public static PageShape Plain { get; } = new(null, false);
}

/// <summary>The few ways a word can stand out. Meaning is never carried by colour alone.</summary>
internal enum Ink
{
    /// <summary>As it is.</summary>
    Plain,

    /// <summary>A heading.</summary>
    Bold,

    /// <summary>Less important.</summary>
    Dim,

    /// <summary>Good.</summary>
    Green,

    /// <summary>Look here.</summary>
    Yellow,

    /// <summary>Bad.</summary>
    Red,

    /// <summary>Something to type.</summary>
    Cyan,
}
