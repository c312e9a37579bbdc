using System.Globalization;

namespace ClaimRace;

/// <summary>What came of one race.</summary>
internal sealed record Result(string Kind, int Racers, int Rivals, int Attempts, double Seconds, int Bad, double PerSecond, double Middle, double Late, double Worst, int Least, int Most)
{
    /// <summary>Counts what the racers told.</summary>
    public static Result Of(string kind, int tasks, int rivals, double seconds, string[] told, int failed)
    {
        var lines = told.Select(text => text.Split('\n', StringSplitOptions.RemoveEmptyEntries)).ToArray();
        var wins = lines.Select(own => own.Count(line => line.StartsWith("won ", StringComparison.Ordinal))).ToArray();
        var winners = lines.SelectMany(own => own.Where(line => line.StartsWith("won ", StringComparison.Ordinal))).GroupBy(line => line).ToArray();
        foreach (var problem in lines.SelectMany(own => own.Where(line => line.StartsWith("error ", StringComparison.Ordinal))).Take(5))
            Console.WriteLine($"    {kind}: {problem}");
        var waits = lines
            .SelectMany(own => own.Where(line => line.StartsWith("waits ", StringComparison.Ordinal)).SelectMany(line => line.Split(' ').Skip(1)))
            .Select(text => double.Parse(text, CultureInfo.InvariantCulture))
            .Order()
            .ToArray();
        var bad = failed + (tasks - winners.Length) + winners.Count(group => group.Count() > 1)
            + lines.Sum(own => own.Count(line => line.StartsWith("error ", StringComparison.Ordinal)));
        return new(
            kind, told.Length, rivals, waits.Length, seconds, bad, tasks / seconds,
            waits[waits.Length / 2], waits[waits.Length * 99 / 100], waits[^1], wins.Min(), wins.Max());
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Racers,3} processes, {Rivals,2} rivals, {Kind,-10} {PerSecond,7:0} claims/s  {Attempts,6} attempts  wait median {Middle,7:0.00} p99 {Late,7:0.00} worst {Worst,7:0.0}  won by one {Least}..{Most}  wrong {Bad}");
}
