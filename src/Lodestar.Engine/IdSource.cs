using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Lodestar.Core;

namespace Lodestar.Engine;

/// <summary>The only source of randomness: every identifier of the product is drawn here.</summary>
/// <remarks>Derived classes replace <see cref="Fill"/> alone, so a seeded test draws the same forms.</remarks>
public partial class IdSource
{
    /// <summary>Draws an agent id.</summary>
    public AgentId Agent() => new("A" + Hex(4));

    /// <summary>Draws a message id.</summary>
    public MessageId Message() => new("M" + Hex(6));

    /// <summary>Draws an incarnation id for a process.</summary>
    public ProcessId Process() => new("P" + Hex(6));

    /// <summary>Draws a run id that begins with the given time.</summary>
    public RunId Run(DateTimeOffset now) =>
        new($"run-{now.UtcDateTime:yyyyMMdd-HHmmss}-{Hex(4).ToLowerInvariant()}");

    /// <summary>Draws a ULID (Crockford base 32: 48 bits of milliseconds, 80 random bits).</summary>
    public string Ulid(DateTimeOffset now)
    {
        Span<byte> random = stackalloc byte[10];
        Fill(random);
        UInt128 value = (UInt128)(ulong)now.ToUnixTimeMilliseconds() << 80;
        foreach (var (index, part) in random.ToArray().Index())
            value |= (UInt128)part << (8 * (9 - index));
        return UlidText.Of(value);
    }

    /// <summary>Fills the span with random bytes.</summary>
    protected virtual void Fill(Span<byte> bytes)
    {
        // The kernel's own generator: the runtime's begins with loading OpenSSL, which takes longer than most commands' work.
        if (!OperatingSystem.IsLinux() || Draw(bytes, (nuint)bytes.Length, 0) != bytes.Length)
            RandomNumberGenerator.Fill(bytes);
    }

    private string Hex(int bytes)
    {
        Span<byte> drawn = stackalloc byte[bytes];
        Fill(drawn);
        return Convert.ToHexString(drawn);
    }

    [LibraryImport("libc", EntryPoint = "getrandom")]
    private static partial nint Draw(Span<byte> bytes, nuint length, uint flags);
}
