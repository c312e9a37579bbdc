using FsCheck;
using FsCheck.Fluent;
using Lodestar.Core.Planes;

namespace Lodestar.Core.Tests.Planes;

public sealed class MessageTests
{
    private static readonly AgentId Ada = new("A00000001");

    [Theory]
    [InlineData("F1", null, "F1", null, false)]
    [InlineData("task:F1", null, "F1", null, false)]
    [InlineData(null, "task:F1", "F1", null, false)]
    [InlineData("F1", "task:F1", "F1", null, false)]
    [InlineData(null, "agent:A00000001", null, "A00000001", false)]
    [InlineData(null, "A00000001", null, "A00000001", false)]
    [InlineData("F1", "A00000001", "F1", "A00000001", false)]
    [InlineData(null, "all", null, null, true)]
    public void An_address_is_understood_in_every_form(string? task, string? to, string? thread, string? agent, bool everybody)
    {
        Assert.Null(MessageAddress.TryParse(task, to, out var address));
        Assert.Equal(new MessageAddress(thread, agent, everybody), address);
    }

    [Theory]
    [InlineData(null, null)]
    [InlineData("F1", "task:F2")]
    [InlineData("F1", "all")]
    public void An_address_that_says_nothing_or_two_things_is_refused(string? task, string? to) =>
        Assert.Equal("message-invalid", MessageAddress.TryParse(task, to, out _)?.Code);

    [Fact]
    public void The_size_of_a_message_is_counted_in_bytes()
    {
        Assert.Null(Said(new string('x', MessageDraft.MaxBytes)).Problem());
        Assert.Equal("message-invalid", Said(new string('x', MessageDraft.MaxBytes + 1)).Problem()?.Code);
        Assert.Equal("message-invalid", Said(new string('é', (MessageDraft.MaxBytes / 2) + 1)).Problem()?.Code);
    }

    [Theory]
    [InlineData("  \n")]
    [InlineData("")]
    public void A_message_says_something(string text) => Assert.Equal("message-invalid", Said(text).Problem()?.Code);

    [Fact]
    public void A_headline_of_several_lines_is_refused() =>
        Assert.Equal("message-invalid", (Said("x") with { Subject = "a\nb" }).Problem()?.Code);

    [Theory]
    [InlineData("BLOCKER", "blocker")]
    [InlineData("handoff", "handoff")]
    [InlineData("odd", null)]
    public void A_severity_is_known_in_any_case_of_letters(string word, string? known) => Assert.Equal(known, MessageDraft.Known(word));

    [Fact]
    public void A_cursor_comes_back_as_the_place_it_was_given_for() => Prop.ForAll<PositiveInt>(seq =>
    {
        var message = new Message(new("M00000000000A"), Said("x"), DateTimeOffset.UnixEpoch, seq.Get);
        var cursor = MessagePlace.After(message).Cursor;
        return MessagePlace.TryParse(cursor!, out var place) is null && place == MessagePlace.After(message);
    }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("yesterday")]
    [InlineData("c")]
    [InlineData("c-1")]
    [InlineData("12:00")]
    [InlineData("14/05/2031")]
    [InlineData("")]
    public void What_is_neither_time_nor_cursor_is_refused(string text) =>
        Assert.Equal("time-invalid", MessagePlace.TryParse(text, out _)?.Code);

    [Theory]
    [InlineData("2031-05-14", 0)]
    [InlineData("2031-05-14T12:00", 12)]
    [InlineData("2031-05-14 12:00:00", 12)]
    [InlineData("2031-05-14T12:00:00Z", 12)]
    [InlineData("2031-05-14T14:00:00.000000+02:00", 12)]
    [InlineData("2031-05-14T07:00:00.5-05:00", 12)]
    public void A_time_is_read_in_every_usual_form_and_any_offset(string text, int hour)
    {
        Assert.True(PointInTime.TryParse(text, out var time));
        Assert.Equal((hour, TimeSpan.Zero), (time.Hour, time.Offset));
    }

    private static MessageDraft Said(string text) => new(new TaskId("F1"), null, Ada, text);
}
