using System.Security.Cryptography;
using Lodestar.Core;
using Lodestar.Core.Spec;
using Lodestar.Engine.Storage;
using Lodestar.Engine.Yaml;

namespace Lodestar.Engine.Spec;

/// <summary>Opens the spec for queries: from its image when one says for certain what the file holds, else by reading the
/// file. A large spec that was read leaves its image behind for the next query (docs/decisions/0011).</summary>
/// <param name="spec">The spec's file.</param>
/// <param name="imagePath">Where the image is or will be.</param>
internal sealed class SpecIndexSource(SpecFile spec, string imagePath)
{
    private readonly Lock opening = new();
    private Opened? last;
    private (byte[] Bytes, SpecIndex Index)? small;

    /// <summary>Specs with fewer bytes are simply read: that takes no longer than looking into an image.</summary>
    internal long IndexFrom { get; init; } = 24 * 1024;

    /// <summary>Opens the spec as it is now.</summary>
    internal Outcome<SpecIndex> Open()
    {
        lock (opening)
        {
            if (spec.TakeWritten() is { } written)
                return written;
            var stamp = FileStamp.Of(spec.FullPath);
            return stamp is { } found && found.Size >= IndexFrom ? OpenLarge(found) : Read();
        }
    }

    /// <summary>Reads the spec although there is an image: it was found to be damaged.</summary>
    internal Outcome<SpecIndex> OpenWithoutImage()
    {
        lock (opening)
        {
            last = null;
            return Parse(null);
        }
    }

    private Outcome<SpecIndex> OpenLarge(FileStamp stamp)
    {
        if (last is { } kept && kept.Stamp.IsProof && kept.Stamp.Spec == stamp)
            return kept.Index;
        var image = SpecImageFile.TryOpen(imagePath);
        if (image?.Stamp is { IsProof: true } known && known.Spec == stamp)
            return Keep(new SpecImage(image, spec.Announce), known);
        return Parse(image);
    }

    private Outcome<SpecIndex> Read()
    {
        var source = spec.ReadBytes();
        if (source.Data is not { } bytes)
            return source.Refusal!;
        if (small is { } kept && kept.Bytes.AsSpan().SequenceEqual(bytes))
            return kept.Index;
        var parsed = SpecFile.Parse(bytes);
        if (parsed.Data is not { } document)
            return parsed.Refusal!;
        small = (bytes, document.Index);
        return small.Value.Index;
    }

    /// <summary>Reads the file; when its bytes are those of the image, only the image's stamp is old.</summary>
    private Outcome<SpecIndex> Parse(SpecImageFile? image)
    {
        using var draft = SpecImageDraft.TryBegin(imagePath);
        var stamp = FileStamp.Of(spec.FullPath);
        var source = spec.ReadBytes();
        if (source.Data is not { } bytes)
            return source.Refusal!;
        var content = SHA256.HashData(bytes);
        SpecImageStamp? proof = stamp is { } looked && stamp == FileStamp.Of(spec.FullPath) ? draft?.Proof(looked) ?? new(looked, 0) : null;
        if (image is not null && image.Content.AsSpan().SequenceEqual(content))
        {
            if (proof is { IsProof: true } renewed)
                image.Restamp(imagePath, renewed);
            return Keep(new SpecImage(image, spec.Announce), proof);
        }

        image?.Dispose();
        var parsed = SpecFile.Parse(bytes);
        if (parsed.Data is not { } document)
            return parsed.Refusal!;
        var index = document.Index;
        if (draft is not null && proof is { } made && TryFill(draft, index, content, made))
            draft.Publish(imagePath);
        return Keep(index, proof);
    }

    private static bool TryFill(SpecImageDraft draft, ParsedSpecIndex index, ReadOnlySpan<byte> content, SpecImageStamp stamp)
    {
        try
        {
            return SpecImageBuilder.TryWrite(draft.File, index, content, stamp);
        }
        catch (IOException)
        {
            // There is no room for an image: every query reads the spec, slower and as true.
            return false;
        }
    }

    private SpecIndex Keep(SpecIndex index, SpecImageStamp? stamp)
    {
        last = stamp is { } proof ? new(index, proof) : null;
        return index;
    }

    private sealed record Opened(SpecIndex Index, SpecImageStamp Stamp);
}
