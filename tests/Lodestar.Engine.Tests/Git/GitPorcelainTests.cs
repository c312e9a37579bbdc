using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Lodestar.Engine.Git;

namespace Lodestar.Engine.Tests.Git;

public class GitPorcelainTests
{
    private const string Oid = "0123456789012345678901234567890123456789";

    [Theory]
    [InlineData("git version 2.39.5", "2.39.5")]
    [InlineData("git version 2.45.1.windows.1", "2.45.1")]
    [InlineData("git version 2.50.0.rc1 (Vendor Git-1)", "2.50.0")]
    [InlineData("git version 3.0", "3.0.0")]
    public void A_version_is_read_from_any_vendor(string text, string expected) =>
        Assert.Equal(System.Version.Parse(expected), GitPorcelain.Version(text));

    [Theory]
    [InlineData("")]
    [InlineData("git version x.y")]
    [InlineData("hub version 2.39.5")]
    public void What_is_no_version_is_not_guessed(string text) => Assert.Null(GitPorcelain.Version(text));

    [Fact]
    public void Status_keeps_paths_with_blanks_newlines_and_quotes()
    {
        var entry = $"1 .M N... 100644 100644 100644 {Oid} {Oid} a \"b\"\nc";
        var view = GitPorcelain.Status(Bytes(
            $"# branch.oid {Oid}\0# branch.head lodestar/x\0{entry}\0? ü new\0u UU N... 1 2 3 4 {Oid} {Oid} {Oid} both\0"));

        Assert.Equal("lodestar/x", view.Branch);
        Assert.Equal(Oid, view.Head?.Value);
        Assert.Equal(
            [new DirtyPath("a \"b\"\nc", false), new DirtyPath("both", false), new DirtyPath("ü new", true)], view.Dirty);
    }

    [Fact]
    public void A_detached_head_without_commit_has_neither_branch_nor_head()
    {
        var view = GitPorcelain.Status(Bytes("# branch.oid (initial)\0# branch.head (detached)\0"));

        Assert.Null(view.Branch);
        Assert.Null(view.Head);
    }

    [Fact]
    public void A_path_that_is_not_utf8_is_refused_by_code()
    {
        var failure = Assert.Throws<RefusedException>(() => GitPorcelain.Fields([0x61, 0xFF, 0x00]));

        Assert.Equal("path-not-utf8", failure.Refusal.Code);
    }

    [Fact]
    public void Every_list_of_names_survives_the_round_trip()
    {
        var name = ArbMap.Default.ArbFor<NonNull<string>>().Generator
            .Select(text => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text.Get.Replace("\0", ""))));
        Prop.ForAll(name.ListOf().ToArbitrary(), names =>
            GitPorcelain.Fields(Bytes(string.Concat(names.Select(one => one + "\0")))).SequenceEqual(names))
            .QuickCheckThrowOnFailure();
    }

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
