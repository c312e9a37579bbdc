using System.Collections;
using Lodestar.Engine.Processes;
using Lodestar.Engine.Runs;

namespace Lodestar.TestKit;

/// <summary>This machine, for operations on runs: hosts are the built program's.</summary>
public static class TestMachine
{
    /// <summary>The machine with this process's environment.</summary>
    public static RunMachine Here() => new(
        BuiltPrograms.Lodestar,
        Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
            .ToDictionary(entry => (string)entry.Key, entry => (string)entry.Value!, StringComparer.Ordinal),
        new ProcessHosts(BuiltPrograms.Lodestar),
        ProcessHosts.Self(),
        _ => { });
}
