namespace Lodestar.Core.Tests;

public sealed class LeaseIdTests
{
    [Fact]
    public void No_two_fences_near_each_other_share_an_id()
    {
        const int count = 200_000;
        foreach (var first in new[] { 0L, 1_795_290_104_684, uint.MaxValue - (count / 2), long.MaxValue - count })
            Assert.Equal(count, Enumerable.Range(0, count).Select(offset => LeaseId.OfFence(first + offset)).Distinct().Count());
    }

    [Fact]
    public void Every_fence_gives_the_form_of_an_id() =>
        Assert.All(new[] { 0L, 1, uint.MaxValue, long.MaxValue }, fence => Assert.Equal(LeaseId.OfFence(fence), LeaseId.Parse(LeaseId.OfFence(fence).Value)));
}
