using System.CommandLine;
using Lodestar.Engine.Operations;

namespace Lodestar.Cli.Commands;

/// <summary>The verbs an agent works with: claim, renew, release, done, verify.</summary>
internal static class TaskWorkCommands
{
    /// <summary><c>lodestar task claim</c>.</summary>
    public static Verb Claim()
    {
        var task = Inputs.Task();
        var agent = Inputs.Agent("Who will hold the lease.");
        var ttl = Ttl("How long the lease lasts, from 1s to 7d.");
        var bare = Inputs.Flag("--no-context", "Leave out what the task is about.");
        var force = Inputs.Flag("--force", "Claim although tasks in work may touch the same files, and do not warn of it.", "-f");
        var reason = Inputs.Text("--reason", "Why, for the record; needed with --force where policy refuses overlaps.");
        return new Verb<ClaimedTask>("claim", "Gives a ready task to one agent until its lease runs out.")
        {
            Accepts = [task, agent, ttl, bare, force, reason],
            About = Explanation.Changes(
                "Grants a lease with a fence, atomically: whatever races, one caller wins.",
                "lodestar task claim F001 --agent A1B2C3D4",
                "lodestar task claim F001 --ttl 1h --json"),
            Data = static () => PlaneJson.Default.ClaimedTask,
            Write = PlaneJson.Write,
            Text = TaskWorkText.Claimed,
            Run = (given, cancellation) => given.InSessionAsync(
                new ClaimTask(given.Get(task)!, given.Agent(agent), given.Lease(ttl), !given.Get(bare))
                {
                    Force = given.Get(force),
                    Reason = given.Get(reason),
                }.ExecuteAsync,
                cancellation),
        };
    }

    /// <summary><c>lodestar task renew</c>.</summary>
    public static Verb Renew()
    {
        var task = Inputs.Task();
        var agent = Inputs.Agent("The holder of the lease.");
        var ttl = Ttl("How long the lease lasts from now, from 1s to 7d.");
        var fence = Inputs.Fence();
        return new Verb<RenewedLease>("renew", "Lets a lease run longer, counted from now.")
        {
            Accepts = [task, agent, ttl, fence],
            About = Explanation.Changes("Moves the end of the live lease.", "lodestar task renew F001 --agent A1B2C3D4 --ttl 30m"),
            Data = static () => PlaneJson.Default.RenewedLease,
            Write = PlaneJson.Write,
            Text = TaskWorkText.Renewed,
            Run = (given, cancellation) => given.InSessionAsync(
                new RenewLease(given.Get(task)!, given.Agent(agent), given.Lease(ttl), given.Get(fence)).ExecuteAsync, cancellation),
        };
    }

    /// <summary><c>lodestar task release</c>.</summary>
    public static Verb Release()
    {
        var task = Inputs.Task();
        var agent = Inputs.Agent("The holder; without an agent the caller acts for the holder.");
        var fence = Inputs.Fence();
        var reason = Inputs.Text("--reason", "Why, for the record.");
        return new Verb<ReleasedTask>("release", "Gives a task back unfinished.")
        {
            Accepts = [task, agent, fence, reason],
            About = Explanation.Changes("Ends the live lease; the task can be claimed again.", "lodestar task release F001 --agent A1B2C3D4"),
            Data = static () => PlaneJson.Default.ReleasedTask,
            Write = PlaneJson.Write,
            Text = (page, data) => page.Line($"Released task {data.TaskId}"),
            Run = (given, cancellation) => given.InSessionAsync(
                new ReleaseTask(given.Get(task)!, given.Agent(agent), given.Get(fence), given.Get(reason)).ExecuteAsync, cancellation),
        };
    }

    /// <summary><c>lodestar task done</c>.</summary>
    public static Verb Done()
    {
        var task = Inputs.Task();
        var agent = Inputs.Agent("Who finished it; without an agent the caller acts for the holder.");
        var fence = Inputs.Fence();
        return new Verb<CompletedTask>("done", "Says that the work on a task is finished.")
        {
            Accepts = [task, agent, fence],
            About = Explanation.Changes(
                "Marks the task done and ends its lease. In a lane it is a report to the run, which decides by evidence.",
                "lodestar task done F001 --agent A1B2C3D4"),
            Data = static () => PlaneJson.Default.CompletedTask,
            Write = PlaneJson.Write,
            Text = (page, data) => page.Line($"Task {data.TaskId} is {data.Status}"),
            Run = (given, cancellation) => given.InSessionAsync(
                new CompleteTask(given.Get(task)!, given.Agent(agent), given.Get(fence)).ExecuteAsync, cancellation),
        };
    }

    /// <summary><c>lodestar task verify</c>.</summary>
    public static Verb Verify()
    {
        var tasks = new Argument<string[]>("task") { Description = "The tasks' ids.", Arity = ArgumentArity.OneOrMore };
        var agent = Inputs.Agent("Who accepts the work.");
        var fence = Inputs.Fence();
        return new Verb<VerifiedTasks>("verify", "Accepts finished tasks and opens what waited for them.")
        {
            Accepts = [tasks, agent, fence],
            About = Explanation.Changes("Marks the tasks verified, all or none.", "lodestar task verify F001", "lodestar task verify F001 F002 --json"),
            Data = static () => PlaneJson.Default.VerifiedTasks,
            Write = PlaneJson.Write,
            Text = TaskWorkText.Verified,
            Run = (given, cancellation) => given.InSessionAsync(
                new VerifyTask([.. given.Get(tasks)!], given.Agent(agent), given.Get(fence)).ExecuteAsync, cancellation),
        };
    }

    /// <summary><c>lodestar task complete</c>.</summary>
    public static Verb Complete()
    {
        var task = Inputs.Task();
        var agent = Inputs.Agent("Who finished it; without an agent the caller acts for the holder.");
        var fence = Inputs.Fence();
        return new Verb<FinishedTask>("complete", "Says in one step that the work on a task is finished and accepted.")
        {
            Accepts = [task, agent, fence],
            About = Explanation.Changes(
                "Marks the task done and verified in one transaction, under the rules of both, and ends its lease.",
                "lodestar task complete F001 --agent A1B2C3D4"),
            Data = static () => PlaneJson.Default.FinishedTask,
            Write = PlaneJson.Write,
            Text = TaskWorkText.Finished,
            Run = (given, cancellation) => given.InSessionAsync(
                new FinishTask(given.Get(task)!, given.Agent(agent), given.Get(fence)).ExecuteAsync, cancellation),
        };
    }

    private static Option<string> Ttl(string description) =>
        Inputs.Word("--ttl", description + " Default: LODESTAR_LEASE_TTL, else 15m.", "duration", "-t");
}
