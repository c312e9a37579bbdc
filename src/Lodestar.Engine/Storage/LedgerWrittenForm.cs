using Lodestar.Core;
using Lodestar.Core.Context;
using Lodestar.Core.Runs;
using Lodestar.Core.Supervision;

namespace Lodestar.Engine.Storage;

/// <summary>Reads the lines a run writes again and again, in exactly the form <see cref="LedgerLine"/> writes them. It says what
/// <see cref="LedgerLineReader"/> says of them, some times faster, or nothing.</summary>
/// <remarks>Each event is one expression that follows its members in the order they are written in. A member that is added to an
/// event makes its lines unknown here until it is added too; a test tells.</remarks>
internal static class LedgerWrittenForm
{
    /// <summary>Reads one line of sound UTF-8, when it is one of them.</summary>
    internal static bool TryRead(ReadOnlySpan<byte> line, LedgerWords words, out LedgerLineRead read)
    {
        read = default;
        var scan = new LedgerScan(line, words);
        var seq = scan.Long("{\"v\":1,\"seq\":"u8);
        var run = scan.Text(",\"run_id\":\""u8);
        var at = scan.StoredTime(",\"at\":\""u8);
        var type = scan.Token(",\"type\":\""u8);
        var key = scan.IdOrNull(",\"key\":"u8, words.Keys);
        var actor = scan.Text(",\"actor\":\""u8);
        scan.Expect(",\"data\":"u8);
        var happened = scan.IsLost ? null : Event(type, ref scan);
        var digest = scan.Token("},\"prev\":\""u8);
        var previous = scan.Position - digest.Length - 1;
        scan.Expect("}"u8);
        if (!scan.IsDone || digest.Length != 64 || LedgerLineReader.KeyOf(happened!) != key)
            return false;
        read = new() { Run = run, Entry = new LedgerEntry(seq, at, actor, happened!), Previous = previous };
        return true;
    }

    private static RunEvent? Event(ReadOnlySpan<byte> type, ref LedgerScan scan)
    {
        var words = scan.Words;
        if (type.SequenceEqual("effect-intended"u8))
            return new RunEvent.EffectIntended(scan.Id("{\"key\":\""u8, words.Keys), Intended(ref scan));
        if (type.SequenceEqual("effect-settled"u8))
            return new RunEvent.EffectSettled(scan.Id("{\"key\":\""u8, words.Keys), Result(ref scan));
        if (type.SequenceEqual("process-spawning"u8))
            return new RunEvent.ProcessSpawning(
                scan.Id("{\"process\":\""u8, words.Processes),
                scan.Id(",\"key\":\""u8, words.Keys),
                scan.Id(",\"agent\":\""u8, words.Agents),
                Role(scan.Token(",\"role\":\""u8), ref scan),
                scan.Id(",\"task\":\""u8, words.Tasks),
                scan.Int(",\"attempt\":"u8),
                scan.Int(",\"lane\":"u8),
                scan.Text(",\"command\":\""u8),
                scan.Text(",\"cwd\":\""u8),
                scan.TextOrNull(",\"briefing_hash\":"u8),
                scan.TextOrNull(",\"refs_digest\":"u8));
        if (type.SequenceEqual("process-started"u8))
            return new RunEvent.ProcessStarted(
                scan.Id("{\"process\":\""u8, words.Processes),
                Seen(",\"host\":"u8, ref scan) ?? scan.Lose<ProcessSeen>(),
                Seen(",\"program\":"u8, ref scan));
        if (type.SequenceEqual("process-ended"u8))
            return new RunEvent.ProcessEnded(
                scan.Id("{\"process\":\""u8, words.Processes),
                scan.Text(",\"status\":\""u8),
                scan.IntOrNull(",\"exit_code\":"u8),
                scan.Usage(",\"usage\":"u8));
        return TaskEvent(type, ref scan);
    }

    private static RunEvent? TaskEvent(ReadOnlySpan<byte> type, ref LedgerScan scan)
    {
        var words = scan.Words;
        if (type.SequenceEqual("attempt-started"u8))
            return new RunEvent.AttemptStarted(
                scan.Id("{\"task\":\""u8, words.Tasks),
                scan.Int(",\"attempt\":"u8),
                scan.Int(",\"lane\":"u8),
                scan.Id(",\"base\":\""u8, words.Commits),
                scan.IdOrNull(",\"lease\":"u8, words.Leases),
                scan.LongOrNull(",\"fence\":"u8));
        if (type.SequenceEqual("lease-taken"u8))
            return new RunEvent.LeaseTaken(
                scan.Id("{\"task\":\""u8, words.Tasks),
                scan.Int(",\"attempt\":"u8),
                scan.IdOrNull(",\"lease\":"u8, words.Leases),
                scan.LongOrNull(",\"fence\":"u8));
        if (type.SequenceEqual("task-integrated"u8))
            return new RunEvent.TaskIntegrated(
                scan.Id("{\"task\":\""u8, words.Tasks),
                scan.Int(",\"attempt\":"u8),
                scan.IdOrNull(",\"commit\":"u8, words.Commits),
                scan.IdOrNull(",\"merge_commit\":"u8, words.Commits));
        if (type.SequenceEqual("attempt-ended"u8))
            return new RunEvent.AttemptEnded(
                scan.Id("{\"task\":\""u8, words.Tasks),
                scan.Int(",\"attempt\":"u8),
                scan.Text(",\"result\":\""u8),
                scan.Text(",\"code\":\""u8),
                scan.Text(",\"reason\":\""u8));
        if (type.SequenceEqual("finding-raised"u8))
            return new RunEvent.FindingRaised(
                scan.IdOrNull("{\"task\":"u8, words.Tasks),
                scan.IntOrNull(",\"attempt\":"u8),
                Finding(",\"finding\":{\"code\":\""u8, ref scan));
        return type.SequenceEqual("run-started"u8) ? LedgerPlanForm.Started(ref scan) : scan.Lose<RunEvent>();
    }

    private static Effect Intended(ref LedgerScan scan)
    {
        var kind = scan.Token(",\"effect\":{\"kind\":\""u8);
        var task = scan.Id(",\"task\":\""u8, scan.Words.Tasks);
        var effect = Effect(kind, task, scan.Int(",\"attempt\":"u8), ref scan);
        // It is written for readers and follows from the task; one that does not is looked at by the reader that knows.
        if (scan.Id(",\"for_task\":\""u8, scan.Words.Tasks) != task)
            scan.Lose();
        scan.Expect("}"u8);
        return effect;
    }

    private static Effect Effect(ReadOnlySpan<byte> kind, TaskId task, int attempt, ref LedgerScan scan)
    {
        var (commits, trees) = (scan.Words.Commits, scan.Words.Trees);
        if (kind.SequenceEqual("turn"u8))
            return new Effect.RunTurn(
                task,
                attempt,
                scan.Int(",\"round\":"u8),
                scan.Int(",\"try\":"u8),
                Role(scan.Token(",\"role\":\""u8), ref scan),
                scan.Int(",\"lane\":"u8),
                scan.Id(",\"base\":\""u8, commits),
                scan.Id(",\"from\":\""u8, commits));
        if (kind.SequenceEqual("collect"u8))
            return new Effect.Collect(
                task,
                attempt,
                scan.Int(",\"round\":"u8),
                scan.Int(",\"lane\":"u8),
                scan.Id(",\"base\":\""u8, commits),
                scan.Id(",\"from\":\""u8, commits),
                scan.TextOrNull(",\"no_change\":"u8));
        if (kind.SequenceEqual("check"u8))
            return new Effect.RunCheck(
                task,
                attempt,
                scan.Int(",\"lane\":"u8),
                scan.Text(",\"check\":\""u8),
                scan.Id(",\"commit\":\""u8, commits),
                scan.Id(",\"tree\":\""u8, trees));
        if (kind.SequenceEqual("merge"u8))
            return new Effect.Merge(
                task,
                attempt,
                scan.Id(",\"base\":\""u8, commits),
                scan.Id(",\"head\":\""u8, commits),
                scan.Id(",\"tip\":\""u8, commits),
                scan.Long(",\"unix_seconds\":"u8),
                scan.Int(",\"round\":"u8));
        if (kind.SequenceEqual("publish"u8))
            return new Effect.Publish(
                task,
                attempt,
                scan.Id(",\"head\":\""u8, commits),
                scan.Id(",\"tip\":\""u8, commits),
                scan.Id(",\"commit\":\""u8, commits),
                scan.Id(",\"tree\":\""u8, trees));
        return kind.SequenceEqual("retire"u8)
            ? new Effect.Retire(task, attempt, scan.Int(",\"lane\":"u8), scan.Id(",\"base\":\""u8, commits))
            : scan.Lose<Effect>();
    }

    private static EffectResult Result(ref LedgerScan scan)
    {
        var kind = scan.Token(",\"result\":{\"kind\":\""u8);
        var result = Result(kind, ref scan);
        scan.Expect("}"u8);
        return result;
    }

    private static EffectResult Result(ReadOnlySpan<byte> kind, ref LedgerScan scan)
    {
        var words = scan.Words;
        if (kind.SequenceEqual("turn-done"u8))
            return new EffectResult.TurnDone(
                scan.Id(",\"process\":\""u8, words.Processes),
                VerdictOrNull(ref scan),
                scan.TextOrNull(",\"no_change\":"u8),
                scan.Text(",\"text\":\""u8),
                scan.Text(",\"briefing_hash\":\""u8),
                scan.Usage(",\"usage\":"u8))
            {
                ForeignRefs = scan.Bool(",\"foreign_refs\":"u8),
                Receipt = scan.IsNull(",\"receipt\":"u8) ? null : Receipt(ref scan),
            };
        if (kind.SequenceEqual("collected"u8))
            return new EffectResult.Collected(
                scan.IdOrNull(",\"head\":"u8, words.Commits),
                scan.IdOrNull(",\"tree\":"u8, words.Trees),
                scan.Int(",\"commits\":"u8),
                ReceiptAfter(",\"receipt\":"u8, ref scan));
        if (kind.SequenceEqual("checked"u8))
            return new EffectResult.Checked(Checked(ref scan), ReceiptAfter(",\"receipt\":"u8, ref scan))
            {
                Findings = scan.Items(",\"findings\":"u8, static (ref one) => Finding("{\"code\":\""u8, ref one)),
            };
        if (kind.SequenceEqual("merged"u8))
            return new EffectResult.Merged(scan.Id(",\"commit\":\""u8, words.Commits), scan.Id(",\"tree\":\""u8, words.Trees));
        if (kind.SequenceEqual("published"u8))
            return new EffectResult.Published(scan.Id(",\"commit\":\""u8, words.Commits), ReceiptAfter(",\"receipt\":"u8, ref scan));
        return kind.SequenceEqual("retired"u8)
            ? new EffectResult.Retired(scan.IdOrNull(",\"pinned\":"u8, words.Commits), scan.IdOrNull(",\"saved\":"u8, words.Commits))
            : scan.Lose<EffectResult>();
    }

    private static CheckResult Checked(ref LedgerScan scan)
    {
        var result = new CheckResult(
            scan.Text(",\"result\":{\"name\":\""u8),
            scan.Id(",\"tree\":\""u8, scan.Words.Trees),
            scan.Text(",\"status\":\""u8),
            scan.IntOrNull(",\"exit_code\":"u8),
            scan.Text(",\"output\":\""u8),
            scan.Long(",\"duration_ms\":"u8));
        scan.Expect("}"u8);
        return result;
    }

    private static Receipt ReceiptAfter(ReadOnlySpan<byte> before, ref LedgerScan scan)
    {
        scan.Expect(before);
        return Receipt(ref scan);
    }

    private static Receipt Receipt(ref LedgerScan scan)
    {
        var words = scan.Words;
        var receipt = new Receipt(
            scan.Id("{\"run_id\":\""u8, words.Runs),
            scan.Id(",\"mission_id\":\""u8, words.Missions),
            scan.Id(",\"task_id\":\""u8, words.Tasks),
            scan.Int(",\"attempt\":"u8),
            scan.Int(",\"round\":"u8),
            scan.Int(",\"number\":"u8),
            scan.Text(",\"step\":\""u8),
            scan.Id(",\"idempotency_key\":\""u8, words.Keys),
            scan.IdOrNull(",\"agent\":"u8, words.Agents),
            scan.TextOrNull(",\"profile\":"u8),
            scan.TextOrNull(",\"briefing_hash\":"u8),
            scan.Id(",\"base\":\""u8, words.Commits),
            scan.IdOrNull(",\"commit\":"u8, words.Commits),
            scan.Items(",\"artifacts\":"u8, Artifact),
            scan.Items(",\"checks\":"u8, ProvenCheck),
            VerdictOrNull(ref scan),
            scan.Text(",\"evidence\":\""u8),
            scan.Usage(",\"usage\":"u8),
            scan.Time(",\"started_at\":\""u8, "+00:00"u8),
            scan.Time(",\"finished_at\":\""u8, "+00:00"u8));
        scan.Expect("}"u8);
        return receipt;
    }

    private static ReceiptArtifact Artifact(ref LedgerScan scan)
    {
        var artifact = new ReceiptArtifact(
            scan.Text("{\"path\":\""u8), scan.TextOrNull(",\"sha256\":"u8), scan.LongOrNull(",\"size\":"u8));
        scan.Expect("}"u8);
        return artifact;
    }

    private static ReceiptCheck ProvenCheck(ref LedgerScan scan)
    {
        var check = new ReceiptCheck(
            scan.Text("{\"name\":\""u8), scan.Text(",\"status\":\""u8), scan.Id(",\"tree\":\""u8, scan.Words.Trees));
        scan.Expect("}"u8);
        return check;
    }

    private static Finding Finding(ReadOnlySpan<byte> before, ref LedgerScan scan)
    {
        var finding = new Finding(scan.Text(before), scan.Text(",\"message\":\""u8));
        scan.Expect("}"u8);
        return finding;
    }

    private static ProcessSeen? Seen(ReadOnlySpan<byte> before, ref LedgerScan scan)
    {
        if (scan.IsNull(before))
            return null;
        var seen = new ProcessSeen(
            scan.Int("{\"pid\":"u8),
            scan.Long(",\"start_ticks\":"u8),
            scan.Text(",\"boot_id\":\""u8),
            scan.Text(",\"pid_namespace\":\""u8));
        scan.Expect("}"u8);
        return seen;
    }

    private static AgentRole Role(ReadOnlySpan<byte> name, ref LedgerScan scan) =>
        name.SequenceEqual("builder"u8) ? AgentRole.Builder
        : name.SequenceEqual("check"u8) ? AgentRole.Check
        : name.SequenceEqual("reviewer"u8) ? AgentRole.Reviewer
        : name.SequenceEqual("setup"u8) ? AgentRole.Setup
        : name.SequenceEqual("spec_maintainer"u8) ? AgentRole.SpecMaintainer
        : scan.Lose<AgentRole>();

    private static Verdict? VerdictOrNull(ref LedgerScan scan)
    {
        if (scan.IsNull(",\"verdict\":"u8))
            return null;
        var name = scan.Token("\""u8);
        return name.SequenceEqual("approved"u8) ? Verdict.Approved
            : name.SequenceEqual("changes_requested"u8) ? Verdict.ChangesRequested
            : scan.Lose<Verdict?>();
    }
}
