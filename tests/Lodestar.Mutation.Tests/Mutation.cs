namespace Lodestar.Mutation;

/// <summary>One way in which the engine could be broken by one line.</summary>
/// <param name="Name">What would be wrong.</param>
/// <param name="File">The file that is changed.</param>
/// <param name="Breaks">What may notice it: names of invariants, with spaces between.</param>
/// <param name="Fits">False when the line that is to be changed is not in the file any more.</param>
public sealed record Mutation(string Name, string File, string Breaks, bool Fits);

/// <summary>All of them, and the switch.</summary>
internal static partial class Mutations
{
    /// <summary>Name of the mutation that is switched on; null: none. Worlds live on one thread.</summary>
    internal static string? Active { get; private set; }

    /// <summary>Does something with a mutation switched on.</summary>
    internal static T With<T>(string? name, Func<T> act)
    {
        Active = name;
        try
        {
            return act();
        }
        finally
        {
            Active = null;
        }
    }
}
