namespace Lodestar.Engine.Git;

/// <summary>Git settings that travel by environment: they reach every git an agent starts, and no file is changed.</summary>
public static class LaneGitEnvironment
{
    private static readonly KeyValuePair<string, string>[] Settings =
    [
        // Nobody is there to type a passphrase; the final commit can be signed at integration.
        new("commit.gpgsign", "false"),
        new("tag.gpgsign", "false"),
        // Background housekeeping outlives the agent and holds locks the next turn needs.
        new("gc.auto", "0"),
        new("maintenance.auto", "false"),
        new("core.fsmonitor", "false"),
        new("core.fsync", "all"),
    ];

    /// <summary>The variables every agent, check and set-up command in a lane gets.</summary>
    public static IReadOnlyDictionary<string, string> Variables { get; } = Make();

    /// <summary>Adds settings to an environment in the form git reads.</summary>
    internal static void AddConfig(Dictionary<string, string> environment, IEnumerable<KeyValuePair<string, string>> settings)
    {
        var count = 0;
        foreach (var (name, value) in settings)
        {
            environment[$"GIT_CONFIG_KEY_{count}"] = name;
            environment[$"GIT_CONFIG_VALUE_{count}"] = value;
            count++;
        }

        environment["GIT_CONFIG_COUNT"] = count.ToString();
    }

    private static Dictionary<string, string> Make()
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        AddConfig(variables, Settings);
        return variables;
    }
}
