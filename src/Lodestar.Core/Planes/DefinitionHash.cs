using System.Buffers;
using System.Buffers.Binary;
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
        var content = new ArrayBufferWriter<byte>(512);
        Append(content, task.Title);
        Append(content, task.Description);
        foreach (var criterion in task.AcceptanceCriteria)
            Append(content, criterion);
        return "sha256:" + ShortDigest.Of(content.WrittenSpan);
    }

    /// <summary>Length first, so that no two lists of texts run together alike.</summary>
    private static void Append(ArrayBufferWriter<byte> to, string text)
    {
        var count = Encoding.UTF8.GetByteCount(text);
        BinaryPrimitives.WriteInt32LittleEndian(to.GetSpan(sizeof(int)), count);
        to.Advance(sizeof(int));
        to.Advance(Encoding.UTF8.GetBytes(text, to.GetSpan(count)));
    }
}
