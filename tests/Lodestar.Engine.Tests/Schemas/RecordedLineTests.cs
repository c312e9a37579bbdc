using System.Text;
using System.Text.Json.Nodes;
using Lodestar.Engine.Schemas;
using Lodestar.TestKit;

namespace Lodestar.Engine.Tests.Schemas;

/// <summary>Lines and paths recorded from the system this one follows (<c>tests/Vectors</c>).</summary>
public sealed class RecordedLineTests
{
    private static readonly JsonNode Recorded = JsonNode.Parse(SourceTree.Read("tests/Vectors/recorded.json"))!;

    /// <summary>Faults of a line as such, before its members are looked at.</summary>
    private static readonly string[] Unreadable = ["torn", "nul-padding", "not-json", "kind", "byte-order-mark", "line-too-long"];

    public static TheoryData<string> Names => [.. Recorded["lines"]!.AsArray().Select(row => row!["name"]!.GetValue<string>())];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_line_can_be_read_where_it_could_and_is_refused_by_its_number_where_it_could_not(string name)
    {
        var row = Recorded["lines"]!.AsArray().Single(one => one!["name"]!.GetValue<string>() == name)!;
        var problems = new FileProblems();
        new TranscriptCheck(problems).Check(Encoding.UTF8.GetBytes(row["text"]!.GetValue<string>()));

        var unreadable = problems.Listed.Where(problem => Unreadable.Contains(problem.Rule)).ToArray();
        Assert.Equal(row["read"]!.GetValue<bool>(), unreadable.Length == 0);
        Assert.All(unreadable, problem => Assert.InRange(problem.Line, 1, 2));
    }

    [Fact]
    public void A_path_of_an_artifact_may_not_lead_up_and_a_name_may_begin_with_dots()
    {
        // Theirs refused a name for its first two letters, and resolved a way up that happened to come back.
        var differs = new Dictionary<string, bool>(StringComparer.Ordinal) { ["..foo"] = true, ["src/../src/a.go"] = false, ["link/secret"] = true }; // Links are a matter of the tree: none is followed out of a lane.
        foreach (var row in Recorded["paths"]!.AsArray())
        {
            var path = row!["path"]!.GetValue<string>();
            var schema = PublishedSchema.Of("event")["properties"]!["artifacts"]!["items"]!["properties"]!["path"]!;
            Assert.Equal((path, differs.GetValueOrDefault(path, row["accepted"]!.GetValue<bool>())), (path, JsonSchemaCheck.Accepts(schema, schema, JsonValue.Create(path))));
        }
    }
}
