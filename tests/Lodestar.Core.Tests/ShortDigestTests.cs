using System.Security.Cryptography;
using FsCheck;
using FsCheck.Fluent;

namespace Lodestar.Core.Tests;

/// <summary>The digest computed here is SHA-256.</summary>
public sealed class ShortDigestTests
{
    [Fact]
    public void Content_of_every_length_has_the_digest_the_runtime_gives_it()
    {
        var content = new byte[300];
        for (var length = 0; length <= content.Length; length++)
        {
            content.AsSpan(0, length).Fill((byte)(length * 7));

            Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(content.AsSpan(0, length))), ShortDigest.Of(content.AsSpan(0, length)));
        }
    }

    [Fact]
    public void Any_content_has_the_digest_the_runtime_gives_it() =>
        Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), content => Convert.ToHexStringLower(SHA256.HashData(content)) == ShortDigest.Of(content))
            .QuickCheckThrowOnFailure();
}
