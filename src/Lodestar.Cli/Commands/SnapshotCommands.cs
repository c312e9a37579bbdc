using System.CommandLine;
using System.Text.Json;
using Lodestar.Engine.Operations;

namespace Lodestar.Cli.Commands;

/// <summary>The verbs that take a project out as data and put it back: export, import.</summary>
internal static class SnapshotCommands
{
    /// <summary><c>lodestar export snapshot</c>.</summary>
    public static Verb Export()
    {
        var messages = Inputs.Flag("--include-messages", "Also messages, and who has read them.");
        return new Verb<ProjectSnapshot>("snapshot", "Prints both planes as one JSON document that can be restored.")
        {
            Accepts = [messages],
            About = Explanation.Reads(
                "lodestar export snapshot --include-messages > project.json"),
            Data = static () => PlaneJson.Default.ProjectSnapshot,
            Text = (page, snapshot) => page.Raw(Document(snapshot)),
            Run = (given, cancellation) => given.InSessionAsync(new ExportSnapshot(given.Get(messages)).ExecuteAsync, cancellation),
        };
    }

    /// <summary><c>lodestar import snapshot</c>.</summary>
    public static Verb Import()
    {
        var file = new Argument<string>("file") { Description = "What lodestar export snapshot printed." };
        return new Verb<ImportedSnapshot>("snapshot", "Restores a project from a snapshot, where there is no runtime and no other definition.")
        {
            Accepts = [file],
            About = Explanation.Changes(
                "Writes the spec as it was and a runtime store with the same rows. Never over tasks or a runtime that are there.",
                "lodestar import snapshot project.json"),
            Data = static () => PlaneJson.Default.ImportedSnapshot,
            Text = (page, restored) =>
            {
                page.Line($"Restored the project as of {restored.TakenAt:yyyy-MM-dd HH:mm:ss}Z", Ink.Bold);
                page.Field("Tasks", $"{restored.Tasks}");
                if (restored.RuntimeRestored)
                    page.Field("Agents", $"{restored.Agents}").Field("Leases", $"{restored.Leases}").Field("Messages", $"{restored.Messages}").Field("Events", $"{restored.Events}");
            },
            Run = (given, cancellation) => given.InSessionAsync(
                new ImportSnapshot(Path.GetFullPath(given.Get(file)!, given.Context.Directory)).ExecuteAsync, cancellation),
        };
    }

    private static string Document(ProjectSnapshot snapshot)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, Envelope.Indented))
            JsonSerializer.Serialize(writer, snapshot, PlaneJson.Default.ProjectSnapshot);
        return System.Text.Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length) + "\n";
    }
}
