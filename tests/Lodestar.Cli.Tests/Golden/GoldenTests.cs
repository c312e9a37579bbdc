namespace Lodestar.Cli.Tests.Golden;

/// <summary>Who used the Python predecessor finds every answer a script relied on.</summary>
public sealed class GoldenTests
{
    /// <summary>Scenarios that wait for a verb being written, each with what is missing. It only shrinks: a scenario that
    /// passes must leave it.</summary>
    private static readonly Dictionary<string, string> NotYet = new(StringComparer.Ordinal)
    {
    };

    public static TheoryData<string> Scenarios => [.. GoldenScenario.All.Select(scenario => scenario.Name)];

    [Theory]
    [MemberData(nameof(Scenarios))]
    public async Task What_was_recorded_is_what_is_answered(string scenario)
    {
        using var stage = new GoldenStage();

        var differences = await stage.PlayAsync(GoldenScenario.Named(scenario));

        if (NotYet.ContainsKey(scenario))
            Assert.True(differences.Count > 0, $"{scenario} passes now: take it off the list.");
        else
            Assert.True(differences.Count == 0, string.Join('\n', differences));
    }

    [Fact]
    public void Every_deviation_is_about_a_step_there_is() => Assert.All(
        GoldenDeviations.Named,
        one => Assert.InRange(one.Step ?? 0, 0, GoldenScenario.Named(one.Scenario).Steps.Count - 1));

    [Fact]
    public void What_is_waited_for_is_a_scenario() =>
        Assert.All(NotYet.Keys, name => Assert.NotNull(GoldenScenario.Named(name)));
}
