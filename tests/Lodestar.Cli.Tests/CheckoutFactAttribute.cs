using Lodestar.TestKit;

namespace Lodestar.Cli.Tests;

/// <summary>A test that needs this project's own repository. An unpacked archive has none; there it is skipped.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class CheckoutFactAttribute : FactAttribute
{
    public CheckoutFactAttribute() => Skip = Path.Exists(SourceTree.PathOf(".git")) ? null : "This is no checkout of the repository.";
}
