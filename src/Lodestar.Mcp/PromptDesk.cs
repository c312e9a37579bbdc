using System.Collections.Immutable;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;

namespace Lodestar.Mcp;

/// <summary>The guides clients offer to people: how to work here, step by step.</summary>
internal static class PromptDesk
{
    private static readonly ImmutableArray<(string Name, string Title, string Description)> Guides =
    [
        ("lodestar_agent_workflow", "Lodestar Agent Workflow", "From joining to leaving: the whole way of an agent."),
        ("lodestar_task_execute", "Lodestar Task Execution Guide", "How to do one task well."),
        ("lodestar_task_communication", "Lodestar Task Communication Patterns", "How agents talk about tasks."),
        ("lodestar_task_planning", "Lodestar Task Planning Guide", "How to turn an intent into tasks others can do."),
    ];

    /// <summary>All guides.</summary>
    public static ListPromptsResult All { get; } = new()
    {
        Prompts = [.. Guides.Select(guide => new Prompt { Name = guide.Name, Title = guide.Title, Description = guide.Description, Arguments = [] })],
    };

    /// <summary>One guide.</summary>
    public static GetPromptResult Get(string? name)
    {
        var guide = Guides.FirstOrDefault(guide => guide.Name == name);
        if (guide.Name is null)
            throw new McpProtocolException($"There is no prompt \"{(name is { Length: > 60 } ? name[..60] + "..." : name)}\".", McpErrorCode.InvalidParams);
        return new()
        {
            Description = guide.Description,
            Messages = [new PromptMessage { Role = ModelContextProtocol.Protocol.Role.User, Content = new TextContentBlock { Text = Read(guide.Name) } }],
        };
    }

    private static string Read(string name)
    {
        using var stream = typeof(PromptDesk).Assembly.GetManifestResourceStream($"prompts/{name}.md")
            ?? throw new InvalidOperationException($"The text of prompt {name} was not built in.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
