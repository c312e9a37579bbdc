namespace Lodestar.Mcp;

/// <summary>The addresses of the resources. Notifications name no others.</summary>
internal static class ResourceUris
{
    /// <summary>The spec, as it is in the file.</summary>
    public const string Spec = "lodestar://spec";

    /// <summary>Where the project stands.</summary>
    public const string Status = "lodestar://status";

    /// <summary>What one task's address begins with.</summary>
    public const string TaskPrefix = "lodestar://task/";

    /// <summary>What a thread's address ends with.</summary>
    public const string ThreadSuffix = "/thread";

    /// <summary>What an agent's address begins with.</summary>
    public const string AgentPrefix = "lodestar://agent/";

    /// <summary>What an inbox's address ends with.</summary>
    public const string InboxSuffix = "/inbox";

    /// <summary>What the address of a result's full schema begins with.</summary>
    public const string SchemaPrefix = "lodestar://schema/";

    /// <summary>The address of one task. The id may hold any text.</summary>
    public static string Task(string id) => TaskPrefix + Uri.EscapeDataString(id);

    /// <summary>The address of a task's thread.</summary>
    public static string Thread(string id) => Task(id) + ThreadSuffix;

    /// <summary>The address of what an agent has not read.</summary>
    public static string Inbox(string agent) => AgentPrefix + Uri.EscapeDataString(agent) + InboxSuffix;
}
