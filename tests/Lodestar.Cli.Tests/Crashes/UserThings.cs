using System.Security.Cryptography;
using Lodestar.TestKit;

namespace Lodestar.Cli.Tests.Crashes;

/// <summary>What belongs to the user and no run may change: branch, index, files, stash, settings and hooks.</summary>
internal static class UserThings
{
    internal static async Task<string> LookAsync(TestRepo repo)
    {
        var files = Directory.EnumerateFiles(repo.Root, "*", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(repo.Root, file))
            .Where(file => !file.StartsWith(".lodestar/", StringComparison.Ordinal))
            .Where(file => !file.StartsWith(".git/", StringComparison.Ordinal)
                || file is ".git/HEAD" or ".git/index" or ".git/config" || file.StartsWith(".git/hooks/", StringComparison.Ordinal))
            .Append(".lodestar/spec.yaml")
            .Append(".lodestar/charter.yaml")
            .Order(StringComparer.Ordinal)
            .Select(file => $"{file} {Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(Path.Combine(repo.Root, file))))}");
        string[] refs = await Task.WhenAll(
            repo.GitAsync("rev-parse", "HEAD", "main"),
            repo.GitAsync("stash", "list"),
            repo.GitAsync("for-each-ref", "refs/tags", "refs/remotes"));
        return string.Join('\n', [.. refs, .. files]);
    }
}
