using Lodestar.Engine.Processes;

namespace Lodestar.Engine.Runs;

/// <summary>What a run needs of this machine beyond an opened project.</summary>
/// <param name="Lodestar">The lodestar executable and the arguments before a verb; hosts are started with it.</param>
/// <param name="Variables">The environment this process was started with.</param>
/// <param name="Hosts">Starts and ends programs.</param>
/// <param name="Self">This process.</param>
/// <param name="Reach">Called at labelled points; see <see cref="Supervision.CrashLabel"/>.</param>
public sealed record RunMachine(
    IReadOnlyList<string> Lodestar,
    IReadOnlyDictionary<string, string> Variables,
    IProcessHosts Hosts,
    ProcessIdentity Self,
    Action<string> Reach);
