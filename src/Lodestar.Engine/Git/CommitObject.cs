using System.Security.Cryptography;
using System.Text;
using Lodestar.Core.Context;

namespace Lodestar.Engine.Git;

/// <summary>A commit as the bytes git stores, so that its id is known before it is written. Pure.</summary>
internal static class CommitObject
{
    /// <summary>The object's content.</summary>
    internal static byte[] Bytes(CommitDraft draft)
    {
        var text = new StringBuilder();
        text.Append("tree ").Append(draft.Tree.Value).Append('\n');
        foreach (var parent in draft.Parents)
            text.Append("parent ").Append(parent.Value).Append('\n');
        var who = $"{Clean(draft.Identity.Name)} <{Clean(draft.Identity.Email)}> {draft.UnixSeconds} +0000";
        text.Append("author ").Append(who).Append('\n');
        text.Append("committer ").Append(who).Append("\n\n");
        // Git ends reading a message at a NUL, and refuses to write such an object.
        text.Append(draft.Message.Replace("\0", "", StringComparison.Ordinal));
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    /// <summary>The id of the commit in a repository of the given object format.</summary>
    internal static CommitId Id(CommitDraft draft, ObjectFormat format)
    {
        var content = Bytes(draft);
        byte[] whole = [.. Encoding.ASCII.GetBytes($"commit {content.Length}\0"), .. content];
        return new CommitId(Convert.ToHexStringLower(Hash(whole, format)));
    }

    // CA5350: SHA-1 is not our choice; it is how such a repository names its objects.
#pragma warning disable CA5350
    private static byte[] Hash(byte[] whole, ObjectFormat format) => format switch
    {
        ObjectFormat.Sha1 => SHA1.HashData(whole),
        ObjectFormat.Sha256 => SHA256.HashData(whole),
        _ => throw new ArgumentOutOfRangeException(nameof(format), format, null),
    };
#pragma warning restore CA5350

    // What git itself takes out of names: the delimiters of the line, and blanks at the ends.
    private static string Clean(string text)
    {
        var kept = new string([.. text.Where(letter => letter is not ('<' or '>') && !char.IsControl(letter))]).Trim();
        return kept.Length > 0 ? kept : "unknown";
    }
}

/// <summary>How a repository names its objects.</summary>
public enum ObjectFormat
{
    /// <summary>40 hex digits.</summary>
    Sha1,

    /// <summary>64 hex digits.</summary>
    Sha256,
}
