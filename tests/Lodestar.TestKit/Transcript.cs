using System.Text;
using System.Text.RegularExpressions;

namespace Lodestar.TestKit;

/// <summary>Commands and everything they said, compared with a file that is read in review. What differs from run to run
/// (ids, times, folders) is replaced by its name. <c>LODESTAR_UPDATE_TRANSCRIPTS=1</c> writes the files anew.</summary>
public sealed partial class Transcript(LodestarProgram program, ScratchDirectory scratch, string directory)
{
    private readonly StringBuilder said = new();

    /// <summary>Runs a command and writes down what it said.</summary>
    public async Task<ProgramRun> RunAsync(params string[] arguments)
    {
        var run = await program.RunAsync(directory, arguments);
        said.Append("$ lodestar ").AppendJoin(' ', arguments.Select(Quoted)).Append('\n');
        Append(run.Output, "");
        Append(run.Error, "! ");
        if (run.ExitCode != 0)
            said.Append("[exit ").Append(run.ExitCode).Append("]\n");
        said.Append('\n');
        return run;
    }

    /// <summary>Compares with the file <c>Transcripts/NAME.txt</c> of a test project.</summary>
    public void Matches(string testProject, string name)
    {
        var path = SourceTree.PathOf("tests", testProject, "Transcripts", name + ".txt");
        var actual = Scrub(said.ToString()).TrimEnd('\n') + "\n";
        if (Environment.GetEnvironmentVariable("LODESTAR_UPDATE_TRANSCRIPTS") is { Length: > 0 })
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, actual);
            return;
        }

        var expected = File.Exists(path) ? File.ReadAllText(path) : "";
        if (expected == actual)
            return;
        var lines = expected.Split('\n').Zip(actual.Split('\n')).ToArray();
        var first = Array.FindIndex(lines, pair => pair.First != pair.Second);
        var difference = first < 0 ? "One is longer than the other." : $"Line {first + 1}:\n  expected: {lines[first].First}\n  actual:   {lines[first].Second}";
        throw new TranscriptDiffersException(
            $"The transcript {name} is not as recorded. {difference}\n"
            + $"If the new words are right, run the test with LODESTAR_UPDATE_TRANSCRIPTS=1 and review the change.\n\n{actual}");
    }

    private static string Quoted(string word) =>
        word.Length > 0 && !word.Any(char.IsWhiteSpace) ? word : $"\"{word}\"";

    private void Append(string text, string prefix)
    {
        foreach (var line in text.TrimEnd('\n').Split('\n').Where(_ => text.Length > 0))
            said.Append(prefix).Append(line).Append('\n');
    }

    private string Scrub(string text) =>
        Varying().Replace(
            text.Replace(scratch.Root, "<scratch>", StringComparison.Ordinal),
            found => $"<{found.Groups.Cast<Group>().Skip(1).First(group => group.Success).Name}>");

    [GeneratedRegex("""
        (?<time>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00))
        |(?<run>\brun-\d{8}-\d{6}-[0-9a-f]{8}\b)
        |(?<agent>\bA[0-9A-F]{8}\b)
        |(?<lease>\bL[0-9A-F]{8}\b)
        |(?<message>\bM[0-9A-F]{12}\b)
        |(?<process>\bP[0-9A-F]{12}\b)
        |(?<ulid>\b01[0-9A-HJKMNP-TV-Z]{24}\b)
        |(?<digest>\b[0-9a-f]{40,64}\b)
        |(?<fence>\b1[0-9]{12}\b)
        |(?<duration>\b\d+m\d+s\b|(?<=[Ee]xpires\ in:?\ +)[0-9hms]+)
        |(?<ago>\b\d+s(?=\ ago))
        """, RegexOptions.IgnorePatternWhitespace | RegexOptions.ExplicitCapture)]
    private static partial Regex Varying();
}

/// <summary>A command says something else than the recorded transcript.</summary>
public sealed class TranscriptDiffersException(string message) : Exception(message);
