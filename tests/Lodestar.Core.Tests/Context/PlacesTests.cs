using System.Reflection;
using Lodestar.Core.Context;

namespace Lodestar.Core.Tests.Context;

public sealed class PlacesTests
{
    private static readonly Type[] Places =
        [typeof(PrimaryRoot), typeof(SpecReadPath), typeof(RuntimeWritePath), typeof(PromptSource), typeof(DestinationRef), typeof(Workspace)];

    [Fact]
    public void No_place_of_a_context_converts_to_another()
    {
        Assert.All(Places, place => Assert.DoesNotContain(
            place.GetMethods(BindingFlags.Public | BindingFlags.Static), method => method.Name is "op_Implicit" or "op_Explicit"));
        Assert.All(Places, place => Assert.All(
            Places.Where(other => other != place), other => Assert.False(other.IsAssignableFrom(place), $"{place.Name} is a {other.Name}.")));
    }
}
