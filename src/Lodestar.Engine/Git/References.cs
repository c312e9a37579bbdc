using System.Text;
using Lodestar.Engine.Processes;

namespace Lodestar.Engine.Git;

/// <summary>Reads references, and changes them in transactions.</summary>
/// <param name="git">Git.</param>
/// <param name="directory">Any directory of the repository.</param>
/// <param name="common">The repository's common directory.</param>
/// <param name="format">How the repository names objects.</param>
internal sealed class References(GitClient git, string directory, string common, ObjectFormat format) : IAsyncDisposable
{
    // Not dereferenced: a symbolic reference put in our place must not lead our update to somebody's branch.
    private static readonly string[] UpdateRef = ["update-ref", "--no-deref", "-z", "--stdin"];

    private readonly GitConversation transactions = new(git, directory, UpdateRef);
    private readonly RefFiles files = new(common);

    /// <summary>See <see cref="IRepository.RefsAsync"/>.</summary>
    internal async Task<IReadOnlyDictionary<string, string>> ReadAsync(
        IReadOnlyList<string> prefixes, CancellationToken cancellation)
    {
        if (files.Read(prefixes) is { } read)
            return read;
        var reply = await git.RunAsync(
            new GitCall(
                directory,
                ["for-each-ref", "--format=%(refname)%00%(objectname)", "--", .. prefixes.Select(one => one.TrimEnd('/'))]),
            cancellation);
        return GitPorcelain.Refs(reply.Output);
    }

    /// <summary>See <see cref="IRepository.UpdateRefsAsync"/>.</summary>
    internal async Task<bool> UpdateAsync(IReadOnlyList<RefChange> changes, CancellationToken cancellation)
    {
        var input = string.Concat(changes.Select(Instruction));
        try
        {
            return await transactions.AskAsync(Encoding.UTF8.GetBytes($"start\0{input}commit\0"), CommittedAsync, cancellation);
        }
        catch (IOException)
        {
            // Git ends when it refuses a transaction. Asked once more by itself, it says why.
            return await UpdateAloneAsync(changes, Encoding.UTF8.GetBytes(input), cancellation);
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => transactions.DisposeAsync();

    private static async Task<bool> CommittedAsync(Stream from, CancellationToken cancellation)
    {
        foreach (var expected in (string[])["start: ok", "commit: ok"])
        {
            if (await GitConversation.ReadUntilAsync(from, (byte)'\n', cancellation) is var line && line != expected)
                throw new IOException($"git update-ref answered \"{line}\".");
        }

        return true;
    }

    private async Task<bool> UpdateAloneAsync(
        IReadOnlyList<RefChange> changes, byte[] input, CancellationToken cancellation)
    {
        var call = new GitCall(directory, UpdateRef) { Input = input, Answers = [0, 1, 128] };
        for (var attempt = 1; ; attempt++)
        {
            var reply = await git.RunAsync(call, cancellation);
            if (reply.ExitCode == 0)
                return true;
            var now = await ReadAsync([.. changes.Select(change => change.Name)], cancellation);
            if (changes.Any(change => now.GetValueOrDefault(change.Name) != change.Old))
                return false;
            // Everything is as expected and git still refused. A lock left by a killed git is the one cause we can mend.
            if (attempt == 2 || !RemoveOrphanedLocks(changes))
                throw new GitFailedException("update-ref", reply.ExitCode, reply.Error);
        }
    }

    private string Instruction(RefChange change)
    {
        var none = new string('0', format == ObjectFormat.Sha1 ? 40 : 64);
        var old = change.Old ?? none;
        return change switch
        {
            _ when change.New == change.Old => $"verify {change.Name}\0{old}\0",
            { New: null } => $"delete {change.Name}\0{old}\0",
            { Old: null } => $"create {change.Name}\0{change.New}\0",
            _ => $"update {change.Name}\0{change.New}\0{old}\0",
        };
    }

    private bool RemoveOrphanedLocks(IReadOnlyList<RefChange> changes)
    {
        var locks = changes
            .Where(change => change.Name.Contains("/lodestar/", StringComparison.Ordinal))
            .Select(change => Path.Combine(common, change.Name + ".lock"))
            .Where(File.Exists)
            .ToList();
        locks.ForEach(file => OrphanedLock.Remove(file, file));
        return locks.Count > 0;
    }
}
