using System.Text.Json;
using Lodestar.Core.Runs;

namespace Lodestar.Core.Tests.Runs;

public class IdempotencyKeyTests
{
    private static readonly SnapshotId Snapshot = new("snap-d0ab7e60b764");

    [Theory]
    [InlineData("implement", "T-0042", """{"goal":"Implement sections 3.1-3.3"}""", "135794078c0fc2068425d327f57132c698316926c83c40bc5a3b7a5ad783c200")]
    [InlineData("implement_changes", "T-0042", """{"goal":"Implement sections 3.1-3.3"}""", "738f7dd58439fc9fd7c8343f95653d6fb0fe8e3bb9b971c0a57b6435a42136f4")]
    [InlineData("review", "T-0042", "{}", "f0d7e37515799a153efdf34afe1e2bd432ccbfcac0ba49ea6acd3c83806ee1ea")]
    [InlineData("implement", "T-0043", """{"goal":"Implement sections 3.1-3.3"}""", "80e2a85d3503d7160c45ade9412f5e88016d6c0ed47609879e10ffadbaaf0bbf")]
    public void Keys_agree_with_the_recorded_ones(string action, string task, string inputs, string digest) =>
        Assert.Equal("ik:" + digest, Key(action, task, inputs).Value);

    [Fact]
    public void No_expected_outputs_and_an_empty_list_are_the_same_effect() =>
        Assert.Equal(Key("review", "T1", "{}"), Key("review", "T1", "{}", "[]"));

    [Fact]
    public void The_order_and_spacing_of_inputs_do_not_change_the_key() =>
        Assert.Equal(
            Key("implement", "T1", """{"attempt":1,"base":"x","round":2}"""),
            Key("implement", "T1", """{ "round": 2.0, "base": "x", "attempt": 1e0 }"""));

    [Theory]
    [InlineData("implement", "T1", """{"attempt":2,"round":1}""", "[]")]
    [InlineData("implement", "T1", """{"attempt":1,"round":2}""", "[]")]
    [InlineData("implement", "T2", """{"attempt":1,"round":1}""", "[]")]
    [InlineData("review", "T1", """{"attempt":1,"round":1}""", "[]")]
    [InlineData("implement", "T1", """{"attempt":1,"round":1}""", """["a"]""")]
    public void Whatever_differs_makes_another_effect(string action, string task, string inputs, string outputs) =>
        Assert.NotEqual(Key("implement", "T1", """{"attempt":1,"round":1}"""), Key(action, task, inputs, outputs));

    [Fact]
    public void A_line_break_cannot_move_text_from_one_part_to_the_next()
    {
        Assert.Throws<ArgumentException>(() => Key("implement\nT1", "x", "{}"));
        Assert.Throws<ArgumentException>(() => Key("implement", "T1\nsnap", "{}"));
    }

    [Theory]
    [InlineData("ik:135794078c0fc2068425d327f57132c698316926c83c40bc5a3b7a5ad783c200", true)]
    [InlineData("ik:135794078C0FC2068425d327f57132c698316926c83c40bc5a3b7a5ad783c200", false)]
    [InlineData("ik:1357", false)]
    [InlineData("", false)]
    public void Only_the_written_form_is_read(string text, bool good)
    {
        if (good)
            Assert.Equal(text, IdempotencyKey.Parse(text).Value);
        else
            Assert.Throws<FormatException>(() => IdempotencyKey.Parse(text));
    }

    [Fact]
    public void Twice_the_input_takes_no_more_than_its_share_of_memory()
    {
        Spent(1000);

        Assert.InRange(Spent(8000) / (double)Spent(1000), 1, 12);

        static long Spent(int members)
        {
            var inputs = JsonDocument.Parse("{" + string.Join(',', Enumerable.Range(0, members).Select(one => $"\"k{one}\":\"some text of a usual length\"")) + "}").RootElement;
            var before = GC.GetAllocatedBytesForCurrentThread();
            IdempotencyKey.For("implement", new("T1"), Snapshot, inputs);
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }

    private static IdempotencyKey Key(string action, string task, string inputs, string? outputs = null)
    {
        using var parsed = JsonDocument.Parse(inputs);
        using var expected = outputs is null ? null : JsonDocument.Parse(outputs);
        return IdempotencyKey.For(action, new(task), Snapshot, parsed.RootElement, expected?.RootElement);
    }
}
