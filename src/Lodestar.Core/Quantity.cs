namespace Lodestar.Core;

/// <summary>Says a number of things as people do.</summary>
public static class Quantity
{
    /// <summary>A number and what it counts: <c>1 lease</c>, <c>2 leases</c>.</summary>
    /// <param name="number">How many.</param>
    /// <param name="noun">One of them; more are the same with an s.</param>
    public static string Of(long number, string noun) => number == 1 ? $"1 {noun}" : $"{number} {noun}s";
}
