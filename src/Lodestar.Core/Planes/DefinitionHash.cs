using System.Security.Cryptography;
using System.Text;
using Lodestar.Core.Spec;

namespace Lodestar.Core.Planes;

/// <summary>What a task asks for, as one digest. It tells a task from another one that was given the same id later.</summary>
/// <remarks>Only the words that say what is to be done count: moving a task in the queue makes no other task of it.</remarks>
public static class DefinitionHash
{
    /// <summary>The digest of a definition, as <c>sha256:</c> and hex.</summary>
    public static string Of(TaskDefinition task)
    {
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Append(digest, task.Title);
        Append(digest, task.Description);
        foreach (var criterion in task.AcceptanceCriteria)
            Append(digest, criterion);
        return "sha256:" + Convert.ToHexStringLower(digest.GetHashAndReset());
    }

    /// <summary>Length first, so that no two lists of texts run together alike.</summary>
    private static void Append(IncrementalHash digest, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        digest.AppendData(BitConverter.GetBytes(bytes.Length));
        digest.AppendData(bytes);
    }
}
