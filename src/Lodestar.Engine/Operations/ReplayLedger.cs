using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Lodestar.Core;
using Lodestar.Core.Runs;
using Lodestar.Engine.Storage;
using Lodestar.Engine.Supervision;

namespace Lodestar.Engine.Operations;

/// <summary>Folds a ledger file and shows the run as it stood at any sequence number. It needs no project and no store,
/// and writes nothing.</summary>
/// <param name="Path">The file.</param>
/// <param name="At">The sequence number to stop at; null for the end.</param>
public sealed record ReplayLedger(string Path, long? At)
{
    /// <summary>Reads the file to its end, whatever <see cref="At"/> says: a ledger damaged later is no ledger.</summary>
    public async Task<Outcome<ReplayedRun>> ExecuteAsync(CancellationToken cancellation)
    {
        if (At is < 1)
            return Outside("A ledger begins at sequence number 1.");
        await using var file = EvidenceFile.OpenRead(Path);
        RunFolding? folding = null;
        DateTimeOffset? at = null;
        try
        {
            var end = await new LedgerFile(file).ReadAsync(
                (run, entry, _) =>
                {
                    if (entry.Seq > At)
                        return;
                    (folding ??= new RunFolding(run)).Take(entry);
                    at = entry.At;
                },
                cancellation);
            return At > end.LastSeq ? Outside($"The ledger ends at sequence number {end.LastSeq}.") : Done(folding!.Result(), at!.Value, end);
        }
        catch (LedgerContradictionException cause)
        {
            return new LedgerDamage("contradiction", cause.Fact.TrimEnd('.')).At(cause.Seq);
        }
        catch (RefusedException refused)
        {
            return refused.Refusal;
        }
    }

    private static Outcome<ReplayedRun> Done(RunState state, DateTimeOffset at, LedgerEnd end) => Outcome<ReplayedRun>.Done(
        new ReplayedRun(
            state.Seq,
            at,
            end.LastSeq,
            end.LastHash,
            end.Torn,
            [.. state.InFlight.Select(item => new EffectUnderWay(
                item.Key, EffectRunner.KindOf(item.Value.Effect), item.Value.Effect.ForTask, item.Value.Seq))],
            RunView.Of(state)),
        [],
        end.Torn is { } torn ? [Warn(torn)] : []);

    internal static Warning Warn(TornLine torn) =>
        new("ledger-torn", $"Line {torn.Line} has no end after {torn.Bytes} bytes and was left out.");

    private static Refusal Outside(string fact) => new(
        "sequence-out-of-range", fact, "Give a number between the first and the last line after --at.");
}

/// <summary>A run as a ledger file tells it.</summary>
/// <param name="Seq">Sequence number of the last line folded.</param>
/// <param name="At">When that was recorded.</param>
/// <param name="LastSeq">Sequence number of the last whole line.</param>
/// <param name="LastHash">Hash of that line: two files with one hash tell the same.</param>
/// <param name="Torn">A last line without its end, or null.</param>
/// <param name="InFlight">Effects intended by then whose outcome was not recorded.</param>
/// <param name="State">The run at that point.</param>
public sealed record ReplayedRun(
    long Seq,
    DateTimeOffset At,
    long LastSeq,
    string LastHash,
    TornLine? Torn,
    ImmutableArray<EffectUnderWay> InFlight,
    RunView State);

/// <summary>An effect whose outcome is not recorded.</summary>
/// <param name="Key">Its idempotency key.</param>
/// <param name="Kind">own-run, turn, collect, check, merge, publish, retire or close-run.</param>
/// <param name="TaskId">The task it is for, or null.</param>
/// <param name="IntendedSeq">Where the ledger says that it was intended.</param>
public sealed record EffectUnderWay(IdempotencyKey Key, string Kind, TaskId? TaskId, long IntendedSeq);

/// <summary>The JSON form of what is told of evidence: ledgers, receipts, findings about files.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    WriteIndented = true)]
[JsonSerializable(typeof(ReplayedRun))]
[JsonSerializable(typeof(ImportedRun))]
[JsonSerializable(typeof(RunReceipts))]
[JsonSerializable(typeof(ValidatedFile))]
public sealed partial class EvidenceJson : JsonSerializerContext;
