using Lodestar.Engine.Storage;
using Lodestar.Engine.Storage.Sqlite;
using Lodestar.TestKit;

namespace Lodestar.Engine.Tests.Storage;

/// <summary>That there is no room has one code, however the system says it.</summary>
public sealed class WriteFailureTests : IDisposable
{
    private readonly ScratchDirectory directory = new();

    public void Dispose() => directory.Dispose();

    [Theory]
    [InlineData(778, 27, "disk-full")]
    [InlineData(778, 122, "disk-full")]
    [InlineData(1034, 28, "disk-full")]
    [InlineData(14, 122, "disk-full")]
    [InlineData(13, 0, "disk-full")]
    [InlineData(4874, 0, "disk-full")]
    [InlineData(5, 37, "store-filesystem")]
    [InlineData(5, 11, "store-busy")]
    [InlineData(778, 5, "store-unreadable")]
    [InlineData(14, 2, "store-unreadable")]
    public void What_the_system_said_to_SQLite_decides(int code, int system, string expected) =>
        Assert.Equal(expected, StoreFailure.From(new SqliteException(code, "Failed", system), "runtime.sqlite").Code);

    [Theory]
    [InlineData(27, "disk-full")]
    [InlineData(28, "disk-full")]
    [InlineData(122, "disk-full")]
    [InlineData(37, "store-filesystem")]
    [InlineData(95, "store-filesystem")]
    [InlineData(13, "spec-unwritable")]
    public void What_the_system_said_of_a_file_decides(int system, string expected) =>
        Assert.Equal(expected, WriteFailure.Of("spec-unwritable", "spec.yaml", new IOException("Failed") { HResult = system }).Code);

    /// <summary>On a file system that has files of this size nothing fails.</summary>
    [Fact]
    public void A_file_beyond_what_the_file_system_has_is_no_wrong_argument()
    {
        using var file = new OutputFile(directory.PathOf("large"), FileMode.Create, FileShare.None);
        file.Position = 1L << 60;

        var failed = Record.Exception(() => file.Write([1, 2, 3]));

        Assert.True(failed is null || WriteFailure.IsNoRoom(failed), failed?.ToString());
    }

    [Fact]
    public void A_wrong_argument_stays_one()
    {
        using var file = new OutputFile(directory.PathOf("file"), FileMode.Create, FileShare.None);

        Assert.Throws<ArgumentOutOfRangeException>(() => file.Write([1], 1, 5));
    }
}
