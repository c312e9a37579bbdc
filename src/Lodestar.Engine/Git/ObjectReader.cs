using System.Text;

namespace Lodestar.Engine.Git;

/// <summary>Asks a git that stays (<c>cat-file --batch-command</c>) about objects.</summary>
/// <remarks>It sees references and objects that others write meanwhile. A question that got no answer is asked once more,
/// because reading changes nothing.</remarks>
internal sealed class ObjectReader(GitClient git, string directory) : IAsyncDisposable
{
    private const int ContentLimit = 256 * 1024 * 1024;

    private readonly GitConversation conversation = new(git, directory, "cat-file", "--batch-command");

    /// <summary>The object a name stands for, or null when there is none.</summary>
    internal async Task<ObjectInfo?> InfoAsync(string name, CancellationToken cancellation) =>
        IsAskable(name) ? (await AskAsync("info", name, cancellation))?.Info : null;

    /// <summary>The object with its content, or null when there is none.</summary>
    internal async Task<byte[]?> ContentAsync(string name, CancellationToken cancellation) =>
        IsAskable(name) ? (await AskAsync("contents", name, cancellation))?.Content : null;

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => conversation.DisposeAsync();

    // A question is one line; no reference and no revision we use holds a control character.
    private static bool IsAskable(string name) => name.Length is > 0 and < 4096 && !name.Any(char.IsControl);

    private async Task<Answer?> AskAsync(string verb, string name, CancellationToken cancellation)
    {
        var question = Encoding.UTF8.GetBytes($"{verb} {name}\n");
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await conversation.AskAsync(question, (from, token) => ReadAsync(verb, from, token), cancellation);
            }
            catch (IOException failure)
            {
                if (attempt == 2)
                    throw new EnvironmentException(
                        "git-failed", $"git cat-file does not answer about {name}.", cause: failure);
            }
        }
    }

    private static async Task<Answer?> ReadAsync(string verb, Stream from, CancellationToken cancellation)
    {
        var head = await GitConversation.ReadUntilAsync(from, (byte)'\n', cancellation);
        if (head.EndsWith(" missing", StringComparison.Ordinal) || head.EndsWith(" ambiguous", StringComparison.Ordinal))
            return null;
        if (head.Split(' ') is not [var id, var type, var digits] || !long.TryParse(digits, out var size))
            throw new IOException($"git cat-file answered \"{head}\".");
        var info = new ObjectInfo(id, type, size);
        if (verb == "info")
            return new Answer(info, null);
        if (size > ContentLimit)
            throw new IOException($"Object {id} has {size} bytes; {ContentLimit} are the most that can be read.");

        var content = new byte[size + 1];
        await from.ReadExactlyAsync(content, cancellation);
        return new Answer(info, content[..^1]);
    }

    private sealed record Answer(ObjectInfo Info, byte[]? Content);
}

/// <summary>What an object is.</summary>
/// <param name="Id">Full object name.</param>
/// <param name="Type">commit, tree, blob or tag.</param>
/// <param name="Size">Bytes of its content.</param>
internal sealed record ObjectInfo(string Id, string Type, long Size);
