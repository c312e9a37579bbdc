namespace RunCost;

/// <summary>What is said of many measurements.</summary>
internal static class Figures
{
    /// <summary>The value below which the given part of all values is.</summary>
    public static double Quantile(List<double> values, double part)
    {
        var sorted = values.Order().ToArray();
        return sorted[Math.Min((int)(part * sorted.Length), sorted.Length - 1)];
    }
}
