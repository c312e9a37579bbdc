using Lodestar.Engine.Git;
using Lodestar.Engine.Processes;

namespace Lodestar.Engine.Agents;

/// <summary>The environment of every program in a lane: a minimal base, what its profile names, git settings, and ours.</summary>
public static class AgentEnvironment
{
    private static readonly string[] Base =
        ["HOME", "USER", "LOGNAME", "SHELL", "LANG", "TZ", "TMPDIR", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME", "XDG_RUNTIME_DIR"];

    /// <summary>Builds the environment.</summary>
    /// <param name="inherited">The environment Lodestar itself was started with.</param>
    /// <param name="lodestarDirectory">The folder of the lodestar executable, which comes first on the PATH.</param>
    /// <param name="names">Variables the profile passes on; those not set are left out.</param>
    /// <param name="own">The LODESTAR_* variables; they are stronger than everything else.</param>
    public static IReadOnlyDictionary<string, string> Build(
        IReadOnlyDictionary<string, string> inherited,
        string lodestarDirectory,
        IReadOnlyList<string> names,
        IReadOnlyDictionary<string, string> own)
    {
        var environment = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var name in Base.Concat(inherited.Keys.Where(IsLocale)).Concat(names))
        {
            if (inherited.TryGetValue(name, out var value))
                environment[name] = value;
        }

        environment["PATH"] = inherited.TryGetValue("PATH", out var path) && path.Length > 0
            ? $"{lodestarDirectory}{Path.PathSeparator}{path}"
            : $"{lodestarDirectory}{Path.PathSeparator}/usr/bin{Path.PathSeparator}/bin";
        foreach (var (name, value) in LaneGitEnvironment.Variables.Concat(own))
            environment[name] = value;
        return environment;
    }

    /// <summary>Values that must not be stored: those of the named variables whose names look like secrets.</summary>
    public static IReadOnlyList<string> Secrets(IReadOnlyDictionary<string, string> inherited, IReadOnlyList<string> names) =>
        [.. names.Where(Redactor.LooksSecret).Where(inherited.ContainsKey).Select(name => inherited[name]).Where(value => value.Length > 0)];

    private static bool IsLocale(string name) => name.StartsWith("LC_", StringComparison.Ordinal);
}
