using System.Collections.Immutable;
using System.Globalization;

namespace Lodestar.Core.Policy;

/// <summary>One key of policy: its name in the charter, its environment variable, and how its text is read.</summary>
public sealed class PolicyKey
{
    private readonly Func<PolicyValues, string, PolicyValues?> read;
    private readonly Func<PolicyValues, bool> isGiven;

    private PolicyKey(
        string name, string form, Func<PolicyValues, bool> isGiven, Func<PolicyValues, string, PolicyValues?> read)
    {
        Name = name;
        Form = form;
        this.isGiven = isGiven;
        this.read = read;
    }

    /// <summary>Every key, in the order they are shown.</summary>
    public static ImmutableArray<PolicyKey> All { get; } =
    [
        Number("lanes", 1, 64, values => values.Lanes, (values, number) => values with { Lanes = number }),
        Number("max_attempts", 1, 100, values => values.MaxAttempts, (values, number) => values with { MaxAttempts = number }),
        Number("review_rounds", 1, 100, values => values.ReviewRounds, (values, number) => values with { ReviewRounds = number }),
        Number("max_conflicts", 1, 100, values => values.MaxConflicts, (values, number) => values with { MaxConflicts = number }),
        Word(
            "merge_strategy",
            [("ff", MergeStrategy.FastForward), ("merge", MergeStrategy.Merge), ("squash", MergeStrategy.Squash)],
            values => values.MergeStrategy,
            (values, word) => values with { MergeStrategy = word }),
        Length("lease_ttl", TimeSpan.FromDays(7), values => values.LeaseTtl, (values, length) => values with { LeaseTtl = length }),
        Length("stall_after", TimeSpan.FromDays(7), values => values.StallAfter, (values, length) => values with { StallAfter = length }),
        Length(
            "attempt_timeout", TimeSpan.FromDays(7), values => values.AttemptTimeout, (values, length) => values with { AttemptTimeout = length }),
        Word(
            "commit",
            [("engine", CommitBy.Engine), ("agent", CommitBy.Agent)],
            values => values.Commit,
            (values, word) => values with { Commit = word }),
        Word(
            "lock_overlap",
            [("warn", LockOverlapRule.Warn), ("refuse", LockOverlapRule.Refuse)],
            values => values.LockOverlap,
            (values, word) => values with { LockOverlap = word }),
        new(
            "budget_usd", "an amount above 0, for example 20 or 2.50", values => values.BudgetUsd is not null,
            (values, text) =>
                decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var amount)
                && amount is > 0 and <= 1_000_000
                    ? values with { BudgetUsd = amount }
                    : null),
        new(
            "budget_tokens", "a whole number above 0", values => values.BudgetTokens is not null,
            (values, text) =>
                long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count)
                && count is > 0 and <= 1_000_000_000_000
                    ? values with { BudgetTokens = count }
                    : null),
        Length("keep_history", TimeSpan.FromDays(3650), values => values.KeepHistory, (values, length) => values with { KeepHistory = length }),
    ];

    /// <summary>Its name, as in the charter and in <c>plan.policy</c>; the parts of <c>budget</c> are joined by <c>_</c>.</summary>
    public string Name { get; }

    /// <summary>What its text may be, for messages.</summary>
    public string Form { get; }

    /// <summary>Its environment variable.</summary>
    public string Variable => "LODESTAR_" + Name.ToUpperInvariant();

    /// <summary>Finds a key by name; null when there is none.</summary>
    public static PolicyKey? Named(string name) => All.FirstOrDefault(key => key.Name == name);

    /// <summary>Adds this key's value, read from text. Null when the text is not of its form.</summary>
    public PolicyValues? Read(PolicyValues values, string text) => read(values, text);

    /// <summary>True when a source says something about this key.</summary>
    public bool IsGiven(PolicyValues values) => isGiven(values);

    /// <summary>Reads the values given by environment variables. An empty variable counts as not given.</summary>
    /// <param name="variable">Looks a variable up; null when it is not set.</param>
    /// <param name="values">What the environment says.</param>
    /// <returns>Null, or the refusal <c>policy-invalid</c> for the first value that cannot be used.</returns>
    public static Refusal? ReadEnvironment(Func<string, string?> variable, out PolicyValues values)
    {
        values = PolicyValues.None;
        foreach (var key in All)
        {
            if (variable(key.Variable) is not { Length: > 0 } text)
                continue;
            if (key.Read(values, text) is not { } read)
                return key.Refuse(text, key.Variable);
            values = read;
        }

        return null;
    }

    /// <summary>The refusal of a value that is not of this key's form.</summary>
    /// <param name="text">The value.</param>
    /// <param name="place">Where it was found, as people would say it.</param>
    public Refusal Refuse(string text, string place) => Name == "lease_ttl" && LeaseTerm.TryParse(text, out _) is { } outOfRange
        ? outOfRange
        : new("policy-invalid", $"\"{text}\" is no value for {place}.", $"{Name} is {Form}")
        {
            Details = new() { ["key"] = Name, ["value"] = text, ["place"] = place },
        };

    private static PolicyKey Number(
        string name, int least, int most, Func<PolicyValues, int?> get, Func<PolicyValues, int, PolicyValues> set) =>
        new(name, $"a whole number from {least} to {most}", values => get(values) is not null, (values, text) =>
            int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number >= least && number <= most
                ? set(values, number)
                : null);

    private static PolicyKey Length(
        string name, TimeSpan most, Func<PolicyValues, TimeSpan?> get, Func<PolicyValues, TimeSpan, PolicyValues> set) =>
        new(name, $"a length of time up to {Duration.Text(most)}, written {Duration.Forms}", values => get(values) is not null, (values, text) =>
            Duration.TryParse(text, out var length) && length <= most ? set(values, length) : null);

    private static PolicyKey Word<T>(
        string name, (string Text, T Value)[] words, Func<PolicyValues, T?> get, Func<PolicyValues, T, PolicyValues> set)
        where T : struct =>
        new(name, $"one of {string.Join(", ", words.Select(word => word.Text))}", values => get(values) is not null, (values, text) =>
        {
            foreach (var word in words)
            {
                if (word.Text == text)
                    return set(values, word.Value);
            }

            return null;
        });
}
