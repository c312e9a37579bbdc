using System.Text;
using Lodestar.Core.Context;

namespace Lodestar.Engine.Git;

/// <summary>Asks a git that stays (<c>diff-tree --stdin</c>) what differs between two trees.</summary>
/// <remarks>A line that is no object name is given back as it is: that is how the end of an answer is known.</remarks>
internal sealed class TreeComparer(GitClient git, string directory, params IReadOnlyList<string> pathspecs) : IAsyncDisposable
{
    private const string End = "end";

    private readonly GitConversation conversation = new(
        git,
        directory,
        ["diff-tree", "--stdin", "-r", "-z", "--no-renames", "--no-abbrev", "--raw", "--ignore-submodules=none", "--", .. pathspecs]);

    /// <summary>The differing paths, sorted by UTF-8 bytes.</summary>
    internal async Task<IReadOnlyList<PathChange>> CompareAsync(TreeId from, TreeId until, CancellationToken cancellation)
    {
        if (from == until)
            return [];
        var question = Encoding.UTF8.GetBytes($"{from} {until}\n{End}\n");
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await conversation.AskAsync(question, ReadAsync, cancellation);
            }
            catch (IOException failure)
            {
                if (attempt == 2)
                    throw new EnvironmentException("git-failed", $"git diff-tree does not compare {from} and {until}.", cause: failure);
            }
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => conversation.DisposeAsync();

    private static async Task<IReadOnlyList<PathChange>> ReadAsync(Stream from, CancellationToken cancellation)
    {
        var changes = new List<PathChange>();
        var one = new byte[1];
        // "<tree> <tree>", then ":<modes> <objects> <letter>" and a path for each change, then our own line.
        await GitConversation.ReadUntilAsync(from, (byte)'\n', cancellation);
        while (true)
        {
            await from.ReadExactlyAsync(one, cancellation);
            if (one[0] != (byte)':')
            {
                var rest = await GitConversation.ReadUntilAsync(from, (byte)'\n', cancellation);
                return (char)one[0] + rest == End
                    ? GitPorcelain.Sorted(changes)
                    : throw new IOException($"git diff-tree answered \"{(char)one[0]}{rest}\".");
            }

            var facts = await GitConversation.ReadUntilAsync(from, 0, cancellation);
            changes.Add(GitPorcelain.Change(facts, await GitConversation.ReadUntilAsync(from, 0, cancellation)));
        }
    }
}
