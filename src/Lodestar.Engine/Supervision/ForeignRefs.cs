using System.Security.Cryptography;
using System.Text;
using Lodestar.Core;
using Lodestar.Core.Runs;
using Lodestar.Engine.Git;

namespace Lodestar.Engine.Supervision;

/// <summary>The references no agent may touch, in one digest: compared around each turn.</summary>
/// <remarks>Left out are our own names, which other lanes move meanwhile, and the base branch, where its owner may go on
/// working while the run goes on; a change there shows as a finding on the user's checkout.</remarks>
internal static class ForeignRefs
{
    private static readonly string[] Watched = ["refs/heads/", "refs/tags/", "refs/stash"];

    internal static async Task<string> DigestAsync(IRepository repository, RunState state, CancellationToken cancellation)
    {
        var mine = RefName.Branch("lodestar/");
        var checkedOut = RefName.Branch(state.Plan.BaseBranch);
        var text = new StringBuilder();
        foreach (var (name, value) in (await repository.RefsAsync(Watched, cancellation)).OrderBy(item => item.Key, StringComparer.Ordinal))
        {
            if (name != checkedOut && !name.StartsWith(mine, StringComparison.Ordinal))
                text.Append(name).Append(' ').Append(value).Append('\n');
        }

        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }
}
