using System.Runtime.InteropServices;
using System.Text;

namespace Lodestar.Engine.Storage.Sqlite;

/// <summary>Text as C functions want it and give it.</summary>
internal static class Utf8Text
{
    /// <summary>UTF-8 bytes and a final zero; never an empty array, so pinning it never gives a null pointer.</summary>
    internal static byte[] ZeroTerminated(string text)
    {
        var bytes = new byte[Encoding.UTF8.GetByteCount(text) + 1];
        Encoding.UTF8.GetBytes(text, bytes);
        return bytes;
    }

    /// <summary>Reads a zero-terminated text; empty for a null pointer.</summary>
    internal static unsafe string Read(byte* text) => Marshal.PtrToStringUTF8((nint)text) ?? "";
}
