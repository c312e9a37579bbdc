using Lodestar.Core;
using Lodestar.Core.Spec;
using Lodestar.Engine.Spec;

namespace Lodestar.Engine.Operations;

/// <summary>Changes definitions, and records in the runtime plane that they changed.</summary>
internal static class PlanChange
{
    /// <summary>Changes the spec and the runtime plane as one: the file is replaced as the last thing before the transaction
    /// commits. What goes wrong before leaves both as they were; a crash in the instant between leaves the definition changed
    /// and nothing of the rest, never a state without its definition.</summary>
    /// <typeparam name="T">What is answered.</typeparam>
    /// <param name="session">The session.</param>
    /// <param name="edit">Gives the new spec, or a refusal without effect.</param>
    /// <param name="record">Writes the rest and gives the answer; it sees the planes with the new spec. A refusal undoes all.</param>
    /// <param name="cancellation">Ends the wait for other writers.</param>
    internal static async Task<Outcome<T>> ChangePlanAsync<T>(
        this EngineSession session,
        Func<SpecDocument, Outcome<SpecDocument>> edit,
        Func<PlaneChange, SpecDocument, Outcome<T>> record,
        CancellationToken cancellation)
        where T : class
    {
        try
        {
            var outcome = await session.Spec.EditAsync<T>(
                async (document, replace) =>
                {
                    var edited = edit(document);
                    if (edited.Data is not { } after)
                        return edited.Refusal!;
                    return await session.Store.WriteAsync(
                        store =>
                        {
                            var plane = new PlaneChange(session, after.Index, store);
                            var answer = record(plane, after);
                            if (answer.Refusal is { } refusal)
                                throw new RefusedException(refusal);
                            HistorySweep.IfDue(session, plane);
                            replace(after);
                            return answer;
                        },
                        cancellation).ConfigureAwait(false);
                },
                cancellation).ConfigureAwait(false);
            return session.Store.TakeNotice() is { } notice ? outcome.Warn(notice) : outcome;
        }
        catch (RefusedException undone)
        {
            return undone.Refusal;
        }
    }
}
