namespace Lodestar.Core;

/// <summary>The text forms of the product's identifiers.</summary>
internal static class IdText
{
    internal static bool IsHex(string text, char prefix, int digits) =>
        text.Length == digits + 1 && text[0] == prefix && text.AsSpan(1).IndexOfAnyExcept("0123456789ABCDEF") < 0;

    internal static bool IsRun(string text) =>
        text.Length == 28
        && text.StartsWith("run-", StringComparison.Ordinal)
        && text[12] == '-'
        && text[19] == '-'
        && text.AsSpan(4, 8).IndexOfAnyExceptInRange('0', '9') < 0
        && text.AsSpan(13, 6).IndexOfAnyExceptInRange('0', '9') < 0
        && text.AsSpan(20).IndexOfAnyExcept("0123456789abcdef") < 0;

    internal static bool IsUlid(string text) =>
        text.Length == 26 && text.AsSpan().IndexOfAnyExcept("0123456789ABCDEFGHJKMNPQRSTVWXYZ") < 0;
}
