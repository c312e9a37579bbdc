using System.Text.Json;

namespace Lodestar.Engine.Processes;

/// <summary>Reads the audit copy of what a program said, while it is being written or afterwards.</summary>
internal static class HostLog
{
    /// <summary>Tells what was said after a number, one line each; a line that is still being written waits for the next look.</summary>
    /// <param name="directory">The process's folder.</param>
    /// <param name="after">Number of the last event told.</param>
    /// <param name="tell">Told each line.</param>
    /// <returns>Number of the last event told.</returns>
    internal static long Tell(string directory, long after, Action<string> tell)
    {
        var path = Path.Combine(directory, HostRecord.EventsFile);
        if (!File.Exists(path))
            return after;
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var lines = new StreamReader(file);
        while (lines.ReadLine() is { } line)
        {
            LoggedEvent? said;
            try
            {
                said = JsonSerializer.Deserialize(line, HostJson.Default.LoggedEvent);
            }
            catch (JsonException)
            {
                // The host is in the middle of this line.
                return after;
            }

            if (said is null || said.Seq <= after)
                continue;
            after = said.Seq;
            tell(said.Kind is "stdout" or "stderr" ? said.Text : $"[{said.Kind}] {said.Text}");
        }

        return after;
    }
}
