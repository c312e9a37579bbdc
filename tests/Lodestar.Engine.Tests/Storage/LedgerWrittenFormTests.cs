using System.Text;
using System.Text.Unicode;
using FsCheck;
using FsCheck.Fluent;
using Lodestar.Core;
using Lodestar.Core.Context;
using Lodestar.Core.Runs;
using Lodestar.Core.Supervision;
using Lodestar.Engine.Storage;
using Lodestar.TestKit.World;

namespace Lodestar.Engine.Tests.Storage;

/// <summary>Two readers of one format: the quick one may know fewer lines, but never another meaning.</summary>
public sealed class LedgerWrittenFormTests
{
    private static readonly RunId Run = new("run-20310514-120000-00000001");

    private static readonly string[] Lived = [.. Enumerable.Range(1, 6).SelectMany(seed =>
    {
        var world = new SimulatedWorld(seed);
        world.Live();
        return world.Ledger;
    })];

    [Fact]
    public void Lines_of_whole_runs_are_read_alike_and_most_of_them_quickly()
    {
        var words = new LedgerWords();
        var quick = 0;
        foreach (var line in Lived)
        {
            if (IsReadAlike(Encoding.UTF8.GetBytes(line), words))
                quick++;
        }

        Assert.InRange((double)quick / Lived.Length, 0.6, 1);
    }

    [Fact]
    public void Plans_are_read_alike_and_quickly_unless_they_name_their_tasks_twice()
    {
        var plans = Lived.Where(line => line.Contains("\"type\":\"run-started\"", StringComparison.Ordinal)).ToArray();
        Assert.NotEmpty(plans);
        Assert.All(plans, plan =>
        {
            Assert.True(IsReadAlike(Encoding.UTF8.GetBytes(plan), new()));
            foreach (var again in (string[])["tasks", "\\u0074asks"])
            {
                var twice = plan.Replace("\"waves\":", $"\"{again}\":[],\"waves\":", StringComparison.Ordinal);
                Assert.False(IsReadAlike(Encoding.UTF8.GetBytes(twice), new()));
            }
        });
    }

    [Fact]
    public void A_plan_with_one_byte_changed_is_read_alike() => Prop.ForAll(
        Gen.Choose(0, int.MaxValue - 1).ToArbitrary(), Gen.Choose(0, 255).ToArbitrary(), (place, value) =>
        {
            var plan = Encoding.UTF8.GetBytes(Lived[0]);
            plan[place % plan.Length] = Mutations[value % Mutations.Length];
            IsReadAlike(plan, new());
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Whatever_a_common_event_holds_it_is_read_alike_and_quickly() =>
        Prop.ForAll(Values.ToArbitrary(), values =>
        {
            var words = new LedgerWords();
            foreach (var happened in Common(values))
            {
                var line = LedgerLine.Bytes(Run, new(values.Number, values.At, "engine", happened), LedgerLine.NoHash);
                Assert.True(IsReadAlike(line, words), Encoding.UTF8.GetString(line));
            }
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_text_of_any_characters_is_read_alike() =>
        Prop.ForAll<NonNull<string>>(text =>
        {
            var happened = new RunEvent.AttemptEnded(new("T1"), 1, "failed", "agent-failed", text.Get);
            IsReadAlike(LedgerLine.Bytes(Run, new(2, Noon, text.Get, happened), LedgerLine.NoHash), new());
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_line_with_one_byte_changed_put_in_or_taken_out_is_read_alike() =>
        Prop.ForAll(
            Gen.Choose(0, Lived.Length - 1).ToArbitrary(), Gen.Choose(0, int.MaxValue - 1).ToArbitrary(), Gen.Choose(0, 255).ToArbitrary(),
            (which, place, value) =>
            {
                var line = Encoding.UTF8.GetBytes(Lived[which]).AsSpan();
                var at = place % line.Length;
                byte one = Mutations[value % Mutations.Length];
                IsReadAlike([.. line[..at], one, .. line[(at + 1)..]], new());
                IsReadAlike([.. line[..at], one, .. line[at..]], new());
                IsReadAlike([.. line[..at], .. line[(at + 1)..]], new());
                IsReadAlike(line[..at], new());
            }).QuickCheckThrowOnFailure();

    [Fact]
    public void An_effect_without_its_kind_is_damage_and_no_fault_of_ours()
    {
        var line = Lived.First(line => line.Contains("\"effect\":{\"kind\":", StringComparison.Ordinal));

        var read = LedgerLineReader.Read(Encoding.UTF8.GetBytes(line.Replace("{\"kind\":", "{\"kin\":", StringComparison.Ordinal)));

        Assert.Equal("not-json", read.Damage?.Rule);
    }

    [Theory]
    [InlineData("\"seq\":2,", "\"seq\":02,")]
    [InlineData("\"seq\":2,", "\"seq\":2.0,")]
    [InlineData("\"seq\":2,", "\"seq\":-2,")]
    [InlineData("\"attempt\":1,", "\"attempt\":2147483648,")]
    [InlineData("\"attempt\":1,", "\"attempt\":1,\"attempt\":1,")]
    [InlineData("\"attempt\":1,", "")]
    [InlineData("T12:00:00.000000Z", "T12:00:00Z")]
    [InlineData("T12:00:00.000000Z", "T24:00:00.000000Z")]
    [InlineData("-05-14T", "-02-30T")]
    [InlineData("\"reason\":\"Why.\"", "\"reason\":\"\\ud800\"")]
    [InlineData("\"reason\":\"Why.\"", "\"reason\":\"\\u0057hy.\"")]
    [InlineData("\"reason\":\"Why.\"", "\"reason\":null")]
    [InlineData("\"task\":\"T1\"", "\"task\":\" T1\"")]
    [InlineData("\"key\":null", "\"key\":\"ik:0000000000000000000000000000000000000000000000000000000000000000\"")]
    [InlineData("{\"v\":1,", "{ \"v\":1,")]
    public void A_line_written_in_another_way_is_read_alike(string written, string instead)
    {
        var happened = new RunEvent.AttemptEnded(new("T1"), 1, "failed", "agent-failed", "Why.");
        var line = LedgerLine.Write(Run, new(2, Noon, "engine", happened), LedgerLine.NoHash);
        Assert.Contains(written, line);

        Assert.False(IsReadAlike(Encoding.UTF8.GetBytes(line.Replace(written, instead, StringComparison.Ordinal)), new()));
    }

    private static DateTimeOffset Noon { get; } = new(2031, 5, 14, 12, 0, 0, TimeSpan.Zero);

    private static ReadOnlySpan<byte> Mutations => "\"\\,:{}[]0123456789-+.eEtnuaT \t\0\x7f\u00e9"u8;

    private static Gen<Drawn> Values =>
        from number in Gen.Choose(1, int.MaxValue)
        from ticks in Gen.Choose(0, int.MaxValue)
        from text in Gen.Elements("", "plain", "two\nlines\t\"quoted\" \\ done\r", "größe 東京", new string('x', 300), "a\\")
        from digest in Gen.Choose(0, int.MaxValue)
        from cost in Gen.Elements<decimal?>(null, 0m, 0.5m, 12.3400m, 7m)
        from isNull in Gen.Elements(true, false)
        select new Drawn(number, Noon.AddTicks(ticks * 10L), text, Sha256Text.Of(digest.ToString()), cost, isNull);

    /// <summary>True when the quick reader knew the line; then the general one says the same of it.</summary>
    private static bool IsReadAlike(ReadOnlySpan<byte> line, LedgerWords words)
    {
        if (!Utf8.IsValid(line) || !LedgerWrittenForm.TryRead(line, words, out var quick))
            return false;
        var general = LedgerLineReader.Read(line);
        Assert.Null(general.Damage);
        Assert.Equal((general.Run, general.Previous), (quick.Run, quick.Previous));
        Assert.Equal(
            (general.Entry!.Seq, general.Entry.At, general.Entry.Actor, general.Entry.Event.GetType()),
            (quick.Entry!.Seq, quick.Entry.At, quick.Entry.Actor, quick.Entry.Event.GetType()));
        Assert.Equal(
            LedgerLine.Write(Run, general.Entry, LedgerLine.NoHash), LedgerLine.Write(Run, quick.Entry, LedgerLine.NoHash));
        return true;
    }

    private static IEnumerable<RunEvent> Common(Drawn drawn)
    {
        var (task, number, text) = (new TaskId("T" + drawn.Number % 100), drawn.Number, drawn.Text);
        var (commit, tree) = (new CommitId(drawn.Digest[..40]), new TreeId(drawn.Digest));
        var (key, process, agent) = (new IdempotencyKey("ik:" + drawn.Digest), new ProcessId("P0123456789AB"), new AgentId("A01234567"));
        CommitId? commitOrNull = drawn.IsNull ? null : commit;
        var textOrNull = drawn.IsNull ? null : text;
        var usage = new Usage(drawn.Cost, drawn.IsNull ? null : number);
        var receipt = new Receipt(
            Run, new("01JZ0000000000000000000000"), task, 1, 2, number, "implement", key, drawn.IsNull ? null : agent, textOrNull, textOrNull, commit,
            commitOrNull, drawn.IsNull ? [] : [new(text, drawn.Digest, number), new("b", null, null)],
            drawn.IsNull ? [] : [new(text, "passed", tree), new("two", "failed", tree)],
            drawn.IsNull ? null : Verdict.ChangesRequested, "checked", usage, drawn.At.AddTicks(7), drawn.At);
        yield return new RunEvent.AttemptStarted(task, number, 3, commit, drawn.IsNull ? null : new("L01234567"), drawn.IsNull ? null : 1795288672126);
        yield return new RunEvent.LeaseTaken(task, number, drawn.IsNull ? null : new("L01234567"), drawn.IsNull ? null : 1795288672126);
        yield return new RunEvent.TaskIntegrated(task, number, commitOrNull, commitOrNull);
        yield return new RunEvent.AttemptEnded(task, number, "failed", "agent-failed", text);
        yield return new RunEvent.FindingRaised(drawn.IsNull ? null : task, drawn.IsNull ? null : number, new("scope", text));
        foreach (var role in Enum.GetValues<AgentRole>())
        {
            yield return new RunEvent.EffectIntended(key, new Effect.RunTurn(task, number, 1, 2, role, 4, commit, commit));
            yield return new RunEvent.ProcessSpawning(process, key, agent, role, task, number, 1, text, text, textOrNull, textOrNull);
        }

        yield return new RunEvent.EffectIntended(key, new Effect.Collect(task, number, 1, 2, commit, commit, textOrNull));
        yield return new RunEvent.EffectIntended(key, new Effect.RunCheck(task, number, 1, text, commit, tree));
        yield return new RunEvent.EffectIntended(key, new Effect.Merge(task, number, commit, commit, commit, 1795288672, 2));
        yield return new RunEvent.EffectIntended(key, new Effect.Publish(task, number, commit, commit, commit, tree));
        yield return new RunEvent.EffectIntended(key, new Effect.Retire(task, number, 2, commit));
        var seen = new ProcessSeen(number, 2272032, "980dab02-249b-42a6-88a4-f18e48bab1ec", "pid:[4026531836]");
        yield return new RunEvent.ProcessStarted(process, seen, drawn.IsNull ? null : seen);
        yield return new RunEvent.ProcessEnded(process, "exited", drawn.IsNull ? null : number, usage);
        yield return new RunEvent.EffectSettled(key, new EffectResult.TurnDone(
            process, drawn.IsNull ? null : Verdict.Approved, textOrNull, text, drawn.Digest, usage)
        {
            ForeignRefs = drawn.IsNull,
            Receipt = drawn.IsNull ? null : receipt,
        });
        yield return new RunEvent.EffectSettled(key, new EffectResult.Collected(commitOrNull, drawn.IsNull ? null : tree, number, receipt));
        yield return new RunEvent.EffectSettled(key, new EffectResult.Checked(
            new("check-1", tree, "failed", drawn.IsNull ? null : number, text, number), receipt)
        {
            Findings = drawn.IsNull ? [] : [new("code", text)],
        });
        yield return new RunEvent.EffectSettled(key, new EffectResult.Merged(commit, tree));
        yield return new RunEvent.EffectSettled(key, new EffectResult.Published(commit, receipt));
        yield return new RunEvent.EffectSettled(key, new EffectResult.Retired(commitOrNull, commitOrNull));
    }

    private sealed record Drawn(int Number, DateTimeOffset At, string Text, string Digest, decimal? Cost, bool IsNull);
}
