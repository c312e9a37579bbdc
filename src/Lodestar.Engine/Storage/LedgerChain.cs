using System.Text;
using Lodestar.Core;

namespace Lodestar.Engine.Storage;

/// <summary>Where one is in the chain of a ledger's lines: how many came, and the hash the next must name.</summary>
internal sealed class LedgerChain
{
    private readonly byte[] digest = Encoding.ASCII.GetBytes(LedgerLine.NoHash);

    /// <summary>Lines that came.</summary>
    internal long Lines { get; private set; }

    /// <summary>Hash of the last of them.</summary>
    internal string LastHash => Encoding.ASCII.GetString(digest);

    /// <summary>Refuses a line that is not the next.</summary>
    /// <param name="read">What the line says.</param>
    /// <param name="line">Its bytes.</param>
    /// <exception cref="RefusedException"><c>ledger-damaged</c>, naming the line.</exception>
    internal void Require(in LedgerLineRead read, ReadOnlySpan<byte> line)
    {
        if ((read.Damage ?? read.OutOfPlace(Lines + 1) ?? read.Unchained(line, digest)) is { } damage)
            throw new RefusedException(damage.At(Lines + 1));
    }

    /// <summary>Goes on behind a line.</summary>
    /// <param name="hash">The line's.</param>
    internal void Pass(ReadOnlySpan<byte> hash)
    {
        hash.CopyTo(digest);
        Lines++;
    }
}
