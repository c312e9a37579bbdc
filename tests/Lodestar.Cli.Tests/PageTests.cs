using System.Text;
using Lodestar.Cli.Commands;
using Lodestar.Core;
using Lodestar.Core.Lanes;

namespace Lodestar.Cli.Tests;

/// <summary>Text for people: it fits the terminal, and what came from outside can do no harm in it.</summary>
public sealed class PageTests
{
    private static readonly Column[] Columns = [new("ID"), new("TITLE", Flexible: true), new("STATUS")];

    [Fact]
    public void A_table_fits_a_narrow_terminal()
    {
        var lines = Table(new PageShape(40, Colour: false), ["F001", new string('x', 100), "ready"]);

        Assert.All(lines, line => Assert.True(line.Length <= 40, line));
        Assert.Contains("…", lines[1], StringComparison.Ordinal);
    }

    [Fact]
    public void A_pipe_gets_every_character()
    {
        var lines = Table(PageShape.Plain, ["F001", new string('x', 500), "ready"]);

        Assert.Contains(new string('x', 500), lines[1], StringComparison.Ordinal);
    }

    [Fact]
    public void Wide_characters_take_two_columns()
    {
        var lines = Table(PageShape.Plain, ["F001", "日本", "ready"], ["F002", "abcd", "ready"]);

        Assert.Equal(lines[1].IndexOf("ready", StringComparison.Ordinal) + 2, lines[2].IndexOf("ready", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("e\u0301a", 2)]
    [InlineData("日本", 4)]
    [InlineData("✅ok", 4)]
    [InlineData("🚀", 2)]
    [InlineData("\u200F\u200Ba", 1)]
    [InlineData("ﷺ", 1)]
    public void Letters_take_the_columns_a_terminal_gives_them(string text, int expected) => Assert.Equal(expected, Cells.Width(text));

    [Fact]
    public void A_table_that_cannot_fit_becomes_lines_and_loses_nothing()
    {
        var lines = Table(new PageShape(20, Colour: false), ["an-id-of-some-length", "The title", "ready"], ["F002", "", "done"]);

        Assert.Equal(["an-id-of-some-length", "  TITLE: The title", "  STATUS: ready", "F002", "  STATUS: done", ""], lines);
    }

    [Fact]
    public void Text_of_files_is_exact_in_a_pipe_and_harmless_on_a_terminal()
    {
        const string text = "+\e[2Jx\r\n\ty\n";

        Assert.Equal(text, Encoding.UTF8.GetString(new Page(PageShape.Plain, MemoryConsole.Noon).Foreign(text).ToUtf8()));
        Assert.DoesNotContain(new Page(new PageShape(80, false), MemoryConsole.Noon).Foreign(text).ToUtf8(), value => value is 0x1b or (byte)'\r');
    }

    [Fact]
    public void An_escape_sequence_in_a_title_never_reaches_the_terminal()
    {
        var page = new Page(new PageShape(80, Colour: false), MemoryConsole.Noon);
        page.Line("evil \e[2J\r\n\u202Etitle");

        Assert.DoesNotContain(page.ToUtf8(), value => value is 0x1b or (byte)'\r');
        Assert.Single(Encoding.UTF8.GetString(page.ToUtf8()), '\n');
    }

    [Fact]
    public void Colour_is_used_only_where_it_is_allowed()
    {
        var plain = new Page(new PageShape(80, Colour: false), MemoryConsole.Noon).Line("x", Ink.Red).ToUtf8();
        var coloured = new Page(new PageShape(80, Colour: true), MemoryConsole.Noon).Line("x", Ink.Red).ToUtf8();

        Assert.Equal("x\n", Encoding.UTF8.GetString(plain));
        Assert.Equal("\e[31mx\e[0m\n", Encoding.UTF8.GetString(coloured));
    }

    [Theory]
    [InlineData(-1, "expired")]
    [InlineData(0, "expired")]
    [InlineData(0.01, "1s")]
    [InlineData(59, "59s")]
    [InlineData(899.99, "15m")]
    [InlineData(900, "15m")]
    [InlineData(3661, "1h1m")]
    public void Time_left_is_said_shortly(double seconds, string expected)
    {
        var page = new Page(PageShape.Plain, MemoryConsole.Noon);

        Assert.Equal(expected, page.Until(MemoryConsole.Noon.AddSeconds(seconds)));
    }

    [Fact]
    public void A_task_that_waits_for_the_files_of_several_gets_one_line()
    {
        LostParallelism[] lost =
        [
            new(LostParallelismReason.DependencyChain, [new("A"), new("B")], "A chain."),
            Pair("A", "C"), Pair("A", "D"), Pair("C", "D"), Pair("A", "E"),
        ];

        Assert.Equal(
            ["A chain.", "C waits for A.", "D waits for A, C: they declare the same files.", "E waits for A."],
            RunText.Reasons(lost));

        static LostParallelism Pair(string first, string waiting) =>
            new(LostParallelismReason.ScopeOverlap, [new(first), new(waiting)], $"{waiting} waits for {first}.");
    }

    [Fact]
    public void One_thing_is_not_several()
    {
        Assert.Equal(["0 leases", "1 lease", "2 leases"], Enumerable.Range(0, 3).Select(number => Quantity.Of(number, "lease")));
    }

    [Fact]
    public void A_refusal_reads_as_fact_then_next_step()
    {
        var page = new Page(PageShape.Plain, MemoryConsole.Noon);
        page.Refusal(new Refusal("task-blocked", "Task F003 waits for F001.", "lodestar task show F001"));

        Assert.Equal("Error: Task F003 waits for F001.\nHint: lodestar task show F001\n", Encoding.UTF8.GetString(page.ToUtf8()));
    }

    private static string[] Table(PageShape shape, params IReadOnlyList<string>[] rows)
    {
        var page = new Page(shape, MemoryConsole.Noon);
        page.Table(Columns, rows);
        return Encoding.UTF8.GetString(page.ToUtf8()).Split('\n');
    }
}
