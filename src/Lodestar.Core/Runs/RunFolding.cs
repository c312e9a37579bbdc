namespace Lodestar.Core.Runs;

/// <summary>Folds a ledger as it is read. The rules are those of <see cref="RunFold"/>; what they change is changed in place,
/// because nobody sees the states in between.</summary>
/// <param name="run">The run.</param>
public sealed class RunFolding(RunId run)
{
    private RunState? state;

    /// <summary>Folds the next event.</summary>
    /// <exception cref="LedgerContradictionException">The event cannot have happened here; nothing can be folded after it.</exception>
    public void Take(LedgerEntry recorded) => state = state is null ? Opened(RunFold.Begin(run, recorded)) : RunFold.Next(state, recorded);

    /// <summary>The state after the events so far. It stays as it is, whatever is folded after it.</summary>
    /// <exception cref="LedgerContradictionException">There was no event.</exception>
    public RunState Result()
    {
        state = state is null
            ? throw new LedgerContradictionException(0, $"The ledger of {run} is empty.")
            : state with { Tasks = state.Tasks.Close() };
        return state;
    }

    private static RunState Opened(RunState state) => state with { Tasks = state.Tasks.Open() };
}
