namespace Lodestar.Core.Policy;

/// <summary>The policy of a run, resolved once and frozen in its plan; each value knows its source.</summary>
/// <remarks>Precedence: flag, environment, <c>local.yaml</c>, charter, built-in.</remarks>
public sealed record RunPolicy(
    Setting<int> Lanes,
    Setting<int> MaxAttempts,
    Setting<int> ReviewRounds,
    Setting<int> MaxConflicts,
    Setting<MergeStrategy> MergeStrategy,
    Setting<TimeSpan> LeaseTtl,
    Setting<TimeSpan> StallAfter,
    Setting<TimeSpan> AttemptTimeout,
    Setting<CommitBy> Commit,
    Setting<decimal?> BudgetUsd,
    Setting<long?> BudgetTokens)
{
    /// <summary>What holds where nobody said otherwise. No budget means no limit.</summary>
    public static PolicyValues BuiltIn { get; } = new()
    {
        Lanes = 4,
        MaxAttempts = 3,
        ReviewRounds = 3,
        MaxConflicts = 3,
        MergeStrategy = Policy.MergeStrategy.Merge,
        LeaseTtl = TimeSpan.FromMinutes(15),
        StallAfter = TimeSpan.FromMinutes(15),
        AttemptTimeout = TimeSpan.FromHours(2),
        Commit = CommitBy.Engine,
        KeepHistory = TimeSpan.FromDays(90),
    };

    /// <summary>Resolves every key: the strongest source that says something decides.</summary>
    /// <param name="layers">The sources that exist, in any order, each at most once; built-in need not be given.</param>
    public static RunPolicy Resolve(params IEnumerable<PolicyLayer> layers)
    {
        var strongestFirst = layers
            .Append(new(SettingSource.BuiltIn, BuiltIn))
            .OrderByDescending(layer => layer.Source)
            .ToList();

        return new(
            Value(values => values.Lanes),
            Value(values => values.MaxAttempts),
            Value(values => values.ReviewRounds),
            Value(values => values.MaxConflicts),
            Value(values => values.MergeStrategy),
            Value(values => values.LeaseTtl),
            Value(values => values.StallAfter),
            Value(values => values.AttemptTimeout),
            Value(values => values.Commit),
            Limit(values => values.BudgetUsd),
            Limit(values => values.BudgetTokens));

        Setting<T> Value<T>(Func<PolicyValues, T?> get)
            where T : struct
        {
            var decided = Limit(get);
            return new(decided.Value!.Value, decided.Source);
        }

        Setting<T?> Limit<T>(Func<PolicyValues, T?> get)
            where T : struct
        {
            foreach (var layer in strongestFirst)
            {
                if (get(layer.Values) is { } value)
                    return new(value, layer.Source);
            }

            return new(null, SettingSource.BuiltIn);
        }
    }
}
