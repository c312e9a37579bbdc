namespace Lodestar.Core;

/// <summary>Writes a word so that a POSIX shell reads it back as it is: commands we print must run as printed.</summary>
public static class ShellWord
{
    private const string Plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:=@%+,";

    /// <summary>The word, in single quotes where it needs them.</summary>
    public static string Quote(string word) => word.Length > 0 && word.AsSpan().IndexOfAnyExcept(Plain) < 0
        ? word
        : $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
