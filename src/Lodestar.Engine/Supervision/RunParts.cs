using Lodestar.Engine.Git;
using Lodestar.Engine.Processes;

namespace Lodestar.Engine.Supervision;

/// <summary>Everything outside that a run touches, handed in so that a simulation can stand in for the world.</summary>
/// <param name="Store">Ledger and leases.</param>
/// <param name="Repository">Git.</param>
/// <param name="Hosts">Child processes.</param>
/// <param name="Folder">The run's files.</param>
/// <param name="Ground">Where lanes are and how they are made ready.</param>
/// <param name="Clock">The clock.</param>
/// <param name="Ids">The source of identifiers.</param>
/// <param name="Reach">Called at every labelled point; ends the process there when told to.</param>
public sealed record RunParts(
    IRunStore Store,
    IRepository Repository,
    IProcessHosts Hosts,
    IRunFolder Folder,
    ILaneGround Ground,
    TimeProvider Clock,
    IdSource Ids,
    Action<string> Reach);
