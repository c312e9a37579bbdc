using Lodestar.Core;
using Lodestar.Core.Policy;
using Lodestar.Engine.Spec;
using Lodestar.Engine.Storage;
using TaskStatus = Lodestar.Core.Spec.TaskStatus;

namespace Lodestar.Engine;

/// <summary>Lets a write also forget what is over and old, by the policy <c>keep_history</c>.</summary>
internal static class HistorySweep
{
    /// <summary>Forgets a slice when a sweep is due.</summary>
    internal static void IfDue(EngineSession session, PlaneChange plane)
    {
        if (!plane.HasSwept && plane.Store.IsSweepDue())
            Run(session, plane);
    }

    /// <summary>Forgets a slice. Where the policy cannot be read nothing is forgotten: it may ask to keep it.</summary>
    internal static Forgotten Run(EngineSession session, PlaneChange plane)
    {
        plane.HasSwept = true;
        return Kept(session) is { } kept
            ? plane.Store.Sweep(plane.Project, plane.Now.Wall - kept, task => IsFinished(plane, task))
            : new(0, 0, 0);
    }

    private static bool IsFinished(PlaneChange plane, TaskId id) =>
        plane.Board.Find(id) is { } task && plane.Board.StatusOf(task) is TaskStatus.Verified or TaskStatus.Deleted;

    private static TimeSpan? Kept(EngineSession session)
    {
        var files = new CharterFile(session.Context.Root.Value);
        try
        {
            if (PolicyKey.ReadEnvironment(session.World.Variable, out var environment) is not null
                || files.LoadLocal().Data is not { } local
                || files.Load().Data is not { } charter)
            {
                return null;
            }

            return environment.KeepHistory ?? local.Policy.KeepHistory ?? charter.Policy.KeepHistory ?? RunPolicy.BuiltIn.KeepHistory;
        }
        catch (EnvironmentException)
        {
            // The write that brought us here is not about the policy; doctor says that the file cannot be read.
            return null;
        }
    }
}
