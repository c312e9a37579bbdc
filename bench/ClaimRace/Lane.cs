namespace ClaimRace;

/// <summary>What one racer goes for: its own share of the tasks, then the shares of the racers after it.</summary>
/// <param name="Directory">The project.</param>
/// <param name="Number">Which racer, from 0.</param>
/// <param name="Racers">How many there are.</param>
/// <param name="Tasks">How many tasks there are.</param>
/// <param name="Rivals">How many racers want each task.</param>
internal sealed record Lane(string Directory, int Number, int Racers, int Tasks, int Rivals)
{
    /// <summary>The agent of this racer.</summary>
    public string Agent => File.ReadAllLines(Path.Combine(Directory, "agents"))[Number];

    /// <summary>The tasks it goes for, in its order. When everybody wants everything, all go in one order.</summary>
    public IEnumerable<int> Order()
    {
        if (Rivals == Racers)
            return Enumerable.Range(0, Tasks);
        return Enumerable.Range(0, Rivals).SelectMany(next => Share((Number + next) % Racers));
    }

    private IEnumerable<int> Share(int racer)
    {
        var first = racer * Tasks / Racers;
        return Enumerable.Range(first, ((racer + 1) * Tasks / Racers) - first);
    }

    /// <summary>A task's id.</summary>
    public static string Id(int task) => $"T{task:00000}";
}
