namespace Lodestar.Cli;

/// <summary>What this program says about itself.</summary>
internal static class Product
{
    /// <summary>The release, as <c>major.minor.patch</c>.</summary>
    public static string Version { get; } = typeof(Product).Assembly.GetName().Version?.ToString(3) ?? "0.0.0";
}
