using System.Text.Json;

namespace Lodestar.Engine.Schemas;

/// <summary>Tells what a file is from the members it begins with.</summary>
internal static class FileKind
{
    /// <summary>Bytes of its beginning that are enough to tell.</summary>
    internal const int Enough = 64 * 1024;

    private static readonly (string Kind, string[] Members)[] Signs =
    [
        ("ledger", ["v", "seq", "run_id"]),
        ("transcript", ["kind"]),
        ("snapshot", ["snapshot_id", "files"]),
        ("receipt", ["run_id", "mission_id", "task_id"]),
        ("plan", ["project_id", "mission", "base_branch"]),
        ("run-state", ["run_id", "mission_id", "status"]),
        ("briefing", ["self", "purpose"]),
    ];

    /// <summary>The kind; null when nothing tells it.</summary>
    internal static string? Of(string path, ReadOnlySpan<byte> head, bool isWhole)
    {
        if (Path.GetExtension(path) is ".yaml" or ".yml")
            return "charter";
        var members = Members(head, isWhole);
        foreach (var (kind, signs) in Signs)
        {
            if (signs.All(members.Contains))
                return kind;
        }

        return null;
    }

    /// <summary>Names of the first object's members, as far as they can be read.</summary>
    private static HashSet<string> Members(ReadOnlySpan<byte> head, bool isWhole)
    {
        var members = new HashSet<string>(StringComparer.Ordinal);
        var reader = new Utf8JsonReader(head, isWhole, new JsonReaderState(new JsonReaderOptions { AllowMultipleValues = true }));
        try
        {
            while (reader.Read() && !(reader.TokenType == JsonTokenType.EndObject && reader.CurrentDepth == 0))
            {
                if (reader.TokenType == JsonTokenType.PropertyName && reader.CurrentDepth == 1)
                    members.Add(reader.GetString()!);
            }
        }
        catch (Exception fault) when (JsonText.IsFault(fault))
        {
            // What came before the fault may tell enough; the check itself says what is wrong.
        }

        return members;
    }
}
