using System.Text.Json;
using System.Text.Json.Nodes;
using Lodestar.Core;
using Lodestar.Engine.Spec;
using Lodestar.Engine.Storage;
using Lodestar.Engine.Schemas;

namespace Lodestar.Engine.Operations;

/// <summary>Restores a project from a snapshot, into one that has no runtime and no other definitions.</summary>
/// <param name="Path">Absolute path of the snapshot: what <c>export snapshot</c> printed, with or without its envelope.</param>
public sealed record ImportSnapshot(string Path)
{
    private const long LargestFile = 1L << 30;

    /// <summary>Runs the operation.</summary>
    /// <exception cref="EnvironmentException">The snapshot cannot be read, or one of the planes not written.</exception>
    public async Task<Outcome<ImportedSnapshot>> ExecuteAsync(EngineSession session, CancellationToken cancellation)
    {
        if (LaneGate.Check(session, "import snapshot") is { } refusal)
            return refusal;
        var read = Read();
        if (read.Data is not { } snapshot)
            return read.Refusal!;
        var definitions = SpecReader.Read(snapshot.Spec.Source);
        if (definitions.Data is not { } wanted)
            return Invalid($"Its definitions break a rule: {definitions.Refusal!.Message}");

        // The runtime first and the definitions last: what a crash leaves behind can be imported over, once the runtime is reset.
        var restored = StoreContent.None;
        var edited = await session.Spec.EditAsync(
            async current =>
            {
                var isOther = current.Yaml.Text != wanted.Yaml.Text;
                if (isOther && (current.Spec.Tasks.Length > 0 || current.Spec.Missions.Length > 0))
                    return NotEmpty(current);
                if (snapshot.Runtime is { } runtime)
                {
                    var filled = await session.Store.FillAsync(runtime.Store, cancellation).ConfigureAwait(false);
                    if (filled.Data is not { } content)
                        return filled.Refusal!;
                    restored = content;
                }

                return wanted;
            },
            cancellation).ConfigureAwait(false);
        return edited.Refusal is { } unedited
            ? unedited
            : Outcome<ImportedSnapshot>.Done(
                new(snapshot.Timestamp, wanted.Spec.Tasks.Length, snapshot.Runtime is not null, restored.Agents, restored.Leases, restored.Messages, restored.Events),
                [new("status", "lodestar status", "See where the project stands")]);
    }

    private static Refusal NotEmpty(SpecDocument current) => new(
        "import-not-empty",
        $"The spec has {current.Spec.Tasks.Length} tasks of its own; a snapshot is only restored where there are none, or the same.",
        "lodestar task list");

    private Outcome<ProjectSnapshot> Read()
    {
        try
        {
            var file = new FileInfo(Path);
            if (!file.Exists)
                return new Refusal("snapshot-missing", $"There is no file {Path}.", "lodestar export snapshot --help");
            if (file.Length > LargestFile)
                return Invalid($"It is larger than {LargestFile} bytes.");
            using var stream = file.OpenRead();
            return Parse(JsonNode.Parse(stream));
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            throw new EnvironmentException("io-failed", $"{Path} cannot be read: {cause.Message}", null, cause);
        }
        catch (Exception cause) when (JsonText.IsFault(cause))
        {
            return Invalid(cause.Message);
        }
    }

    private Outcome<ProjectSnapshot> Parse(JsonNode? document)
    {
        var data = document is JsonObject envelope && envelope.ContainsKey("ok") ? envelope["data"] : document;
        if (data is not JsonObject snapshot || snapshot["format"] is not JsonValue format || !format.TryGetValue<int>(out var number))
            return Invalid("It names no format.");
        if (number != ProjectSnapshot.CurrentFormat)
            return Invalid($"It has format {number}; this lodestar knows format {ProjectSnapshot.CurrentFormat}.");
        return snapshot.Deserialize(PlaneJson.Default.ProjectSnapshot) is { } read ? read : Invalid("It is empty.");
    }

    private Refusal Invalid(string why) => new("snapshot-invalid", $"{Path} is no snapshot that can be restored. {why}", "lodestar export snapshot --help");
}

/// <summary>A restored project.</summary>
/// <param name="TakenAt">When the snapshot was taken.</param>
/// <param name="Tasks">Definitions it has now.</param>
/// <param name="RuntimeRestored">Whether the snapshot held a runtime plane.</param>
/// <param name="Agents">Agents restored.</param>
/// <param name="Leases">Leases restored, ended ones included.</param>
/// <param name="Messages">Messages restored.</param>
/// <param name="Events">Events restored.</param>
public sealed record ImportedSnapshot(
    DateTimeOffset TakenAt, int Tasks, bool RuntimeRestored, long Agents, long Leases, long Messages, long Events);
