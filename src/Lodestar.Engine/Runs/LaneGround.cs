using System.Security.Cryptography;
using System.Text;
using Lodestar.Core;
using Lodestar.Core.Lanes;
using Lodestar.Core.Runs;
using Lodestar.Engine.Agents;
using Lodestar.Engine.Context;
using Lodestar.Engine.Git;
using Lodestar.Engine.Supervision;

namespace Lodestar.Engine.Runs;

/// <summary>Lanes on this machine.</summary>
/// <param name="machine">This machine.</param>
/// <param name="folder">Where lane worktrees live.</param>
/// <param name="primary">Root of the primary worktree.</param>
/// <param name="checkout">The user's own checkout.</param>
public sealed class LaneGround(RunMachine machine, string folder, string primary, PrimaryCheckout checkout) : ILaneGround
{
    /// <inheritdoc/>
    public string PathOf(RunId run, int lane) => Path.Combine(folder, $"lane-{lane}");

    /// <summary>Absolute path of the worktree checks run in before the base branch moves.</summary>
    public string IntegrationPath => Path.Combine(folder, "integrate");

    /// <inheritdoc/>
    public async Task CopyIntoAsync(string worktree, IReadOnlyList<string> patterns, CancellationToken cancellation)
    {
        var scope = FileScope.Of([.. patterns]);
        foreach (var path in await checkout.IgnoredAsync(cancellation))
        {
            if (!scope.Names(path))
                continue;
            var source = new FileInfo(Path.Combine(primary, path));
            // A link could lead out of the repository; what it points to is not what was named.
            if (!source.Exists || source.LinkTarget is not null)
                continue;
            var target = Path.Combine(worktree, path);
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            source.CopyTo(target, overwrite: true);
        }
    }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string> EnvironmentFor(
        IReadOnlyList<string> names, IReadOnlyDictionary<string, string> own) =>
        AgentEnvironment.Build(machine.Variables, Path.GetDirectoryName(machine.Lodestar[0])!, names, own);

    /// <inheritdoc/>
    public IReadOnlyList<string> SecretsOf(IReadOnlyList<string> names) => AgentEnvironment.Secrets(machine.Variables, names);

    /// <inheritdoc/>
    public IReadOnlyList<string> CommandOf(PlannedProfile profile, TurnWords words) => Resolve(
        profile,
        ExecCommand.Fill(profile.Command, words.BriefingFile, words.Prompt, words.Task, words.Workspace),
        machine);

    /// <inheritdoc/>
    public async Task<string> PrimaryFingerprintAsync(CancellationToken cancellation)
    {
        var look = await checkout.LookAsync(cancellation);
        if (look.Data is not { } view)
            return look.Refusal!.Code;
        var text = new StringBuilder().Append(view.Branch).Append('\n').Append(view.Head?.Value).Append('\n');
        foreach (var dirty in view.Dirty.Where(dirty => !IsState(dirty.Path)))
        {
            var file = new FileInfo(Path.Combine(primary, dirty.Path));
            text.Append(dirty.Path).Append(' ').Append(file.Exists ? file.Length : -1).Append(' ')
                .Append(file.Exists ? file.LastWriteTimeUtc.Ticks : 0).Append('\n');
        }

        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }

    /// <summary>True for our own state, in a project that does not ignore it: a run writes there all the time.</summary>
    private static bool IsState(string path)
    {
        var at = path.LastIndexOf(ContextResolver.StateDirectory + "/", StringComparison.Ordinal);
        return at >= 0 && path[(at + ContextResolver.StateDirectory.Length + 1)..] is not ("spec.yaml" or "charter.yaml");
    }

    /// <summary>The program and arguments of a profile, the program resolved to an absolute path.</summary>
    /// <exception cref="RefusedException">There is no such program.</exception>
    internal static IReadOnlyList<string> Resolve(PlannedProfile profile, IReadOnlyList<string> words, RunMachine machine) =>
        profile.Adapter == "scripted"
            ? [.. machine.Lodestar, "__scripted", .. words]
            : ExecCommand.Resolve(words, machine.Variables.GetValueOrDefault("PATH"));
}
