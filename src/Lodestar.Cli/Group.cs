using System.CommandLine;
using Lodestar.Core;

namespace Lodestar.Cli;

/// <summary>A group alone lists its verbs.</summary>
internal static class Group
{
    /// <summary>Shows the verbs of a group.</summary>
    public static ExitCode Show(Command group, CommandContext context)
    {
        var verbs = group.Subcommands.Where(verb => !verb.Hidden).Select(verb => new GroupVerb(CommandTree.NameOf(verb), verb.Description ?? ""));
        return context.Output.Show(
            Outcome<GroupList>.Done(new GroupList(CommandTree.NameOf(group), group.Description ?? "", [.. verbs])),
            CliJson.Default.GroupList,
            Text,
            context.Clock.GetUtcNow());
    }

    private static void Text(Page page, GroupList list)
    {
        page.Line(list.Description).Line();
        page.Table([new("COMMAND"), new("PURPOSE", Flexible: true)], list.Commands.Select(verb => new[] { verb.Command, verb.Description }));
    }
}

/// <summary>The verbs of a group.</summary>
internal sealed record GroupList(string Group, string Description, IReadOnlyList<GroupVerb> Commands);

/// <summary>One verb of a group.</summary>
internal sealed record GroupVerb(string Command, string Description);
