using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Lodestar.Mcp.Tools;

/// <summary>Every tool there is. A tool is declared in the file of its subject and listed here.</summary>
internal static class ToolList
{
    /// <summary>All tools, in the order clients show them.</summary>
    public static ImmutableArray<Tool> All { get; } =
    [
        .. RepositoryTools.All,
        .. AgentTools.All,
        .. TaskReadTools.All,
        .. TaskWorkTools.All,
        .. TaskPlanTools.All,
        .. MessageTools.All,
        .. EventTools.All,
    ];

    private static readonly FrozenDictionary<string, Tool> ByName = All.ToFrozenDictionary(tool => tool.Name, StringComparer.Ordinal);

    /// <summary>The tool of a name, or null.</summary>
    public static Tool? Find(string name) => ByName.GetValueOrDefault(name);
}
