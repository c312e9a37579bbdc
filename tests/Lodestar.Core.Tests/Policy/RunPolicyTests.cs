using Lodestar.Core.Policy;

namespace Lodestar.Core.Tests.Policy;

public class RunPolicyTests
{
    [Fact]
    public void Where_nobody_says_anything_the_built_in_values_hold()
    {
        var policy = RunPolicy.Resolve();

        Assert.Equal(new(4, SettingSource.BuiltIn), policy.Lanes);
        Assert.Equal(new(TimeSpan.FromHours(2), SettingSource.BuiltIn), policy.AttemptTimeout);
        Assert.Equal(new(null, SettingSource.BuiltIn), policy.BudgetUsd);
    }

    [Fact]
    public void The_strongest_source_that_speaks_decides_each_key_alone()
    {
        var policy = RunPolicy.Resolve(
            new(SettingSource.Charter, new() { Lanes = 2, MaxAttempts = 5, BudgetUsd = 20 }),
            new(SettingSource.Flag, new() { Lanes = 8 }),
            new(SettingSource.Local, new() { Lanes = 3, Commit = CommitBy.Agent }),
            new(SettingSource.Environment, new() { Lanes = 6, MaxAttempts = 7 }));

        Assert.Equal(new(8, SettingSource.Flag), policy.Lanes);
        Assert.Equal(new(7, SettingSource.Environment), policy.MaxAttempts);
        Assert.Equal(new(CommitBy.Agent, SettingSource.Local), policy.Commit);
        Assert.Equal(new(20, SettingSource.Charter), policy.BudgetUsd);
        Assert.Equal(new(3, SettingSource.BuiltIn), policy.ReviewRounds);
    }

    [Theory]
    [InlineData("lanes", "1", true)]
    [InlineData("lanes", "64", true)]
    [InlineData("lanes", "0", false)]
    [InlineData("lanes", "-1", false)]
    [InlineData("lanes", " 4", false)]
    [InlineData("lanes", "99999999999", false)]
    [InlineData("merge_strategy", "squash", true)]
    [InlineData("merge_strategy", "Squash", false)]
    [InlineData("stall_after", "1h30m", true)]
    [InlineData("stall_after", "8d", false)]
    [InlineData("stall_after", "15", false)]
    [InlineData("budget_usd", "2.50", true)]
    [InlineData("budget_usd", "0", false)]
    [InlineData("budget_usd", "NaN", false)]
    [InlineData("budget_tokens", "5000000", true)]
    [InlineData("commit", "nobody", false)]
    public void A_value_is_held_against_its_form(string key, string text, bool good)
    {
        var read = PolicyKey.Named(key)!.Read(PolicyValues.None, text);

        Assert.Equal(good, read is not null);
        if (read is not null)
            Assert.Equal([key], PolicyKey.All.Where(each => each.IsGiven(read)).Select(each => each.Name));
    }

    [Fact]
    public void The_environment_speaks_through_one_variable_a_key()
    {
        var variables = new Dictionary<string, string?>
        {
            ["LODESTAR_LANES"] = "2",
            ["LODESTAR_LEASE_TTL"] = "20m",
            ["LODESTAR_MAX_ATTEMPTS"] = "",
        };

        Assert.Null(PolicyKey.ReadEnvironment(variables.GetValueOrDefault, out var values));

        Assert.Equal(new PolicyValues { Lanes = 2, LeaseTtl = TimeSpan.FromMinutes(20) }, values);
    }

    [Theory]
    [InlineData("LODESTAR_LANES", "many", "policy-invalid")]
    [InlineData("LODESTAR_LEASE_TTL", "8d", "lease-out-of-range")]
    public void A_variable_that_cannot_be_used_is_refused_by_name(string name, string text, string code)
    {
        var refusal = PolicyKey.ReadEnvironment(asked => asked == name ? text : null, out _);

        Assert.Equal(code, refusal?.Code);
    }

    [Fact]
    public void Every_key_of_the_policy_can_be_given() =>
        Assert.Equal(
            typeof(PolicyValues).GetProperties().Where(property => property.Name != "None").Select(property => property.Name).Order(),
            PolicyKey.All.Select(key => string.Concat(key.Name.Split('_').Select(part => char.ToUpper(part[0]) + part[1..]))).Order());
}
