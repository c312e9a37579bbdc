using System.Text;
using System.Text.Json.Nodes;
using Lodestar.Core;
using Microsoft.Win32.SafeHandles;

namespace Lodestar.Engine.Yaml;

/// <summary>The text of a committed file, read strictly: bytes that are not UTF-8 are an error, never replaced.</summary>
/// <param name="Text">The text without its byte order mark.</param>
/// <param name="Mark">The byte order mark, or nothing.</param>
internal sealed record SourceText(string Text, string Mark)
{
    private const long LargeFrom = 256 * 1024;
    private const long LargeTo = 256 * 1024 * 1024;
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Reads a file.</summary>
    /// <param name="path">Absolute path.</param>
    /// <param name="name">The file's name as people know it.</param>
    /// <param name="codes">The codes to refuse and fail with.</param>
    /// <returns>The text, or a refusal when the file is missing or not UTF-8.</returns>
    /// <exception cref="EnvironmentException">The file is there but cannot be read.</exception>
    internal static Outcome<SourceText> Read(string path, string name, SourceCodes codes)
    {
        if (ReadLarge(path) is { } large)
            return Of(large);
        var bytes = ReadBytes(path, name, codes);
        return bytes.Data is { } read ? Decode(read, name, codes) : bytes.Refusal!;
    }

    /// <summary>Reads a file without looking at what it holds; see <see cref="Read"/>.</summary>
    internal static Outcome<byte[]> ReadBytes(string path, string name, SourceCodes codes)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception cause) when (cause is FileNotFoundException or DirectoryNotFoundException)
        {
            return new Refusal(codes.Missing, $"There is no {name} here.", "lodestar init");
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            throw new EnvironmentException(codes.Unreadable, $"{path} cannot be read: {cause.Message}", null, cause);
        }
    }

    /// <summary>Reads the text in a file's bytes.</summary>
    internal static Outcome<SourceText> Decode(byte[] bytes, string name, SourceCodes codes)
    {
        try
        {
            return Of(Strict.GetString(bytes));
        }
        catch (DecoderFallbackException cause)
        {
            return NotUtf8(bytes.AsSpan(0, cause.Index), name, codes.Invalid);
        }
    }

    private static SourceText Of(string text) => text is ['\uFEFF', ..] ? new(text[1..], "\uFEFF") : new(text, "");

    /// <summary>Reads a large file piece by piece, so that its bytes are never in memory beside its text.</summary>
    /// <returns>Null when the file is not large, or there is anything with it that <see cref="ReadBytes"/> and
    /// <see cref="Decode"/> have a word for.</returns>
    private static string? ReadLarge(string path)
    {
        try
        {
            using var file = File.OpenHandle(path);
            var length = RandomAccess.GetLength(file);
            if (length is < LargeFrom or > LargeTo)
                return null;
            var count = 0;
            var text = string.Create((int)length, file, (to, from) => count = Decode(from, to));
            return count == text.Length ? text : text[..count];
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException or DecoderFallbackException or ArgumentException)
        {
            // The last when the file has grown meanwhile.
            return null;
        }
    }

    private static int Decode(SafeFileHandle file, Span<char> to)
    {
        var decoder = Strict.GetDecoder();
        var piece = new byte[64 * 1024];
        var count = 0;
        for (var at = 0L; RandomAccess.Read(file, piece, at) is > 0 and var read; at += read)
            count += decoder.GetChars(piece.AsSpan(0, read), to[count..], flush: false);
        return count + decoder.GetChars([], to[count..], flush: true);
    }

    private static Refusal NotUtf8(ReadOnlySpan<byte> before, string name, string code)
    {
        var line = before.Count((byte)'\n') + 1;
        var column = before.Length - before.LastIndexOf((byte)'\n');
        const string message = "A byte here is not UTF-8.";
        return new(code, $"{name}:{line}:{column}: {message}", $"save {name} as UTF-8")
        {
            Details = new()
            {
                ["file"] = name,
                ["count"] = 1,
                ["errors"] = new JsonArray((JsonNode)new JsonObject
                {
                    ["line"] = line,
                    ["column"] = column,
                    ["rule"] = "utf-8",
                    ["value"] = "",
                    ["message"] = message,
                }),
            },
        };
    }
}

/// <summary>The codes that tell what is wrong with a file of one kind.</summary>
/// <param name="Missing">It is not there.</param>
/// <param name="Invalid">It is not what it should be.</param>
/// <param name="Unreadable">It is there and cannot be read.</param>
internal sealed record SourceCodes(string Missing, string Invalid, string Unreadable);
