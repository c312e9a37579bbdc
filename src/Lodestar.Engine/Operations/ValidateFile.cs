using System.Collections.Immutable;
using System.Text;
using System.Text.Json.Nodes;
using Lodestar.Core;
using Lodestar.Core.Runs;
using Lodestar.Engine.Schemas;
using Lodestar.Engine.Spec;
using Lodestar.Engine.Storage;

namespace Lodestar.Engine.Operations;

/// <summary>Holds a file against what is published about its kind, and against what no schema can say: the chain of a ledger,
/// the identity of a snapshot, answers that belong to their commands. It needs no project and writes nothing.</summary>
/// <param name="Path">The file.</param>
/// <param name="Kind">One of <see cref="Kinds"/>; null to tell from the file.</param>
public sealed record ValidateFile(string Path, string? Kind)
{
    /// <summary>The kinds of files there are.</summary>
    public static IReadOnlyList<string> Kinds { get; } =
        ["transcript", "ledger", "receipt", "snapshot", "plan", "run-state", "briefing", "charter"];

    // A ledger is read as it comes and may be of any length; everything else is held whole.
    private const int LongestFile = 64 * 1024 * 1024;

    /// <summary>Reads and checks the file.</summary>
    public async Task<Outcome<ValidatedFile>> ExecuteAsync(CancellationToken cancellation)
    {
        await using var file = EvidenceFile.OpenRead(Path);
        var kind = Kind;
        if (kind is null)
        {
            var (head, isWhole) = await HeadAsync(file, cancellation);
            kind = FileKind.Of(Path, head, isWhole);
            file.Position = 0;
        }

        if (kind is null)
            return new Refusal(
                "kind-unknown", $"What {Path} is cannot be told from its content.", $"Say it with --as: {string.Join(", ", Kinds)}");
        var problems = new FileProblems();
        if (kind == "ledger")
            return Result(kind, await LedgerAsync(file, problems, cancellation), problems);
        if (file.Length > LongestFile)
            return new Refusal("file-too-large", $"{Path} is longer than {LongestFile} bytes.", $"A {kind} of that size is none; look at the file.");
        var bytes = new byte[file.Length];
        await file.ReadExactlyAsync(bytes, cancellation);
        return Result(kind, Check(kind, bytes, problems), problems);
    }

    private static long Check(string kind, byte[] bytes, FileProblems problems)
    {
        if (kind == "transcript")
            return new TranscriptCheck(problems).Check(bytes);
        var lines = bytes.AsSpan().Count((byte)'\n') + (bytes is [.., not (byte)'\n'] ? 1 : 0);
        if (kind == "charter")
            Charter(bytes, problems);
        else if (JsonText.Read(bytes, 1, problems) is { } value && JsonText.Fits(kind, value, bytes, 1, problems) && kind == "snapshot")
            Snapshot(value, problems);
        return lines;
    }

    private static async Task<long> LedgerAsync(FileStream file, FileProblems problems, CancellationToken cancellation)
    {
        RunFolding? folding = null;
        try
        {
            var end = await new LedgerFile(file).ReadAsync(
                (run, entry, _) => (folding ??= new RunFolding(run)).Take(entry), cancellation);
            if (end.Torn is { } torn)
                problems.Add(torn.Line, "torn", "The last line has no end, as after a crash; everything before it is whole.");
            return end.LastSeq;
        }
        catch (LedgerContradictionException cause)
        {
            problems.Add(cause.Seq, "contradiction", cause.Message);
            return cause.Seq;
        }
        catch (RefusedException refused)
        {
            var line = (long?)refused.Refusal.Details["line"] ?? 1;
            problems.Add(line, (string?)refused.Refusal.Details["rule"] ?? refused.Refusal.Code, refused.Refusal.Message);
            return line;
        }
    }

    private static void Snapshot(JsonNode value, FileProblems problems)
    {
        var files = value["files"]!.AsArray().Select(one => new SnapshotFile(
            one!["path"]!.GetValue<string>(), one["mode"]!.GetValue<string>(), one["sha256"]!.GetValue<string>(), one["size"]!.GetValue<long>())).ToArray();
        try
        {
            var made = SnapshotManifest.Of(files);
            if (!made.Files.SequenceEqual(files))
                problems.Add(1, "order", "The files are not sorted by the bytes of their paths.");
            if (made.SnapshotId.Value != value["snapshot_id"]!.GetValue<string>())
                problems.Add(1, "identity", $"The files make snapshot {made.SnapshotId}, not {value["snapshot_id"]}.");
        }
        catch (ArgumentException cause)
        {
            problems.Add(1, "path-repeated", cause.Message);
        }
    }

    private static void Charter(byte[] bytes, FileProblems problems)
    {
        string text;
        try
        {
            text = new UTF8Encoding(false, true).GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            problems.Add(1, "not-utf8", "It is not UTF-8.");
            return;
        }

        if (CharterReader.Read(text).Refusal is not { } refusal)
            return;
        foreach (var error in refusal.Details["errors"]!.AsArray())
            problems.Add(new(
                error!["line"]!.GetValue<int>(), error["column"]!.GetValue<int>(), "$", error["rule"]!.GetValue<string>(), error["message"]!.GetValue<string>()));
    }

    private Outcome<ValidatedFile> Result(string kind, long lines, FileProblems problems)
    {
        var data = new ValidatedFile(Path, kind, problems.Count == 0, lines, problems.Count, problems.Listed);
        if (problems.Count == 0)
            return data;
        var first = data.Problems[0];
        var more = problems.Count > 1 ? $" ({problems.Count - 1} more)" : "";
        return Outcome<ValidatedFile>.Unhealthy(data, new Refusal(
            "file-invalid", $"{Path}:{first.Line}: {first.Message}{more}", $"Mend line {first.Line} of {Path}, or name another kind with --as."));
    }

    private static async Task<(byte[] Head, bool IsWhole)> HeadAsync(FileStream file, CancellationToken cancellation)
    {
        var head = new byte[FileKind.Enough];
        var count = await file.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, cancellation);
        return (head[..count], count < head.Length);
    }
}

/// <summary>A file that was checked.</summary>
/// <param name="File">Its path.</param>
/// <param name="Kind">What it was held to be.</param>
/// <param name="Valid">Whether nothing is wrong with it.</param>
/// <param name="Lines">How many lines were read.</param>
/// <param name="Total">How many problems there are.</param>
/// <param name="Problems">The first of them, in the order of the file.</param>
public sealed record ValidatedFile(string File, string Kind, bool Valid, long Lines, int Total, ImmutableArray<FileProblem> Problems);
