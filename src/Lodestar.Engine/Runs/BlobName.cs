using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Lodestar.Engine.Runs;

/// <summary>Git's name of a blob, SHA-1 or SHA-256, without the cost of a string: a tree has a hundred thousand.</summary>
/// <param name="First">Its first sixteen bytes.</param>
/// <param name="Last">The others; a SHA-1 ends with zeros.</param>
/// <param name="Digits">Hex digits of its text: 40 or 64.</param>
internal readonly record struct BlobName(UInt128 First, UInt128 Last, byte Digits)
{
    /// <summary>Bytes of the written form.</summary>
    internal const int Size = 33;

    /// <summary>Reads the hex digits git prints.</summary>
    /// <exception cref="FormatException">They are not 40 or 64 hex digits.</exception>
    internal static BlobName Parse(ReadOnlySpan<byte> digits)
    {
        Span<char> text = stackalloc char[64];
        Span<byte> written = stackalloc byte[Size];
        written.Clear();
        written[Size - 1] = (byte)digits.Length;
        return digits.Length is 40 or 64
            && Convert.FromHexString(text[..Encoding.ASCII.GetChars(digits, text)], written, out _, out _) == OperationStatus.Done
            ? Read(written)
            : throw new FormatException($"\"{Encoding.ASCII.GetString(digits)}\" is not a name of an object.");
    }

    /// <summary>Reads the written form.</summary>
    internal static BlobName Read(ReadOnlySpan<byte> written) =>
        new(BinaryPrimitives.ReadUInt128BigEndian(written), BinaryPrimitives.ReadUInt128BigEndian(written[16..]), written[Size - 1]);

    /// <summary>Writes its <see cref="Size"/> bytes.</summary>
    internal void CopyTo(Span<byte> target)
    {
        BinaryPrimitives.WriteUInt128BigEndian(target, First);
        BinaryPrimitives.WriteUInt128BigEndian(target[16..], Last);
        target[Size - 1] = Digits;
    }

    /// <summary>Its hex digits.</summary>
    public override string ToString()
    {
        Span<byte> written = stackalloc byte[Size];
        CopyTo(written);
        return Convert.ToHexStringLower(written[..(Digits / 2)]);
    }
}
