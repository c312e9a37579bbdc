using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Lodestar.Cli.Tests.Golden;

/// <summary>Compares what was recorded with what was answered. Every recorded member must be there with its value; more is
/// welcome. The first value met for a numbered placeholder is what it stands for from then on.</summary>
internal sealed partial class GoldenMatch(string parent, string root)
{
    private readonly SortedDictionary<string, string> bound = new(StringComparer.Ordinal);

    /// <summary>A recorded text with every placeholder that is known replaced.</summary>
    public string Fill(string recorded)
    {
        var text = recorded.Replace("<ROOT>", root, StringComparison.Ordinal).Replace("<PARENT>", parent, StringComparison.Ordinal);
        return Numbered().Replace(text, found => bound.GetValueOrDefault(found.Value, found.Value));
    }

    /// <summary>Says what a placeholder stands for.</summary>
    public void Bind(string placeholder, string value) => bound[placeholder] = value;

    /// <summary>Notes ids met outside of JSON: each takes the next number of its kind, as in the recording.</summary>
    public void Notice(string text)
    {
        foreach (Match found in Ids().Matches(text))
        {
            var kind = found.Value[0] switch { 'A' => "AGENT", 'L' => "LEASE", _ => "MSG" };
            if (bound.ContainsValue(found.Value))
                continue;
            var number = 1;
            while (!bound.TryAdd($"<{kind}:{number}>", found.Value))
                number++;
        }
    }

    /// <summary>Every difference, each with its place.</summary>
    public IEnumerable<string> Differences(JsonNode? recorded, JsonNode? answered, string at)
    {
        switch (recorded)
        {
            case JsonObject members when answered is JsonObject actual:
                return members
                    .SelectMany(member => actual.ContainsKey(Fill(member.Key))
                        ? Differences(member.Value, actual[Fill(member.Key)], $"{at}.{member.Key}")
                        : [$"{at}.{member.Key} is missing"])
                    .ToArray();
            // Which files init writes is said exactly; the recording lists one it kept.
            case JsonArray files when at.EndsWith(".files_created", StringComparison.Ordinal) && answered is JsonArray written:
                return files.Select(file => Fill(file!.GetValue<string>()))
                    .Where(file => !written.Any(one => one!.GetValue<string>() == file))
                    .Select(file => $"{at} lacks {file}")
                    .ToArray();
            case JsonArray items when answered is JsonArray actual && items.Count == actual.Count:
                return items.SelectMany((item, index) => Differences(item, actual[index], $"{at}[{index}]")).ToArray();
            case JsonValue value when value.TryGetValue<string>(out var text) && SameText(text, answered):
                return [];
            default:
                return JsonNode.DeepEquals(recorded, answered) ? [] : [$"{at}: {Shown(recorded)} was recorded, {Shown(answered)} answered"];
        }
    }

    private bool SameText(string recorded, JsonNode? answered)
    {
        if (recorded is "<TEXT>" or "<TS>" or "<N>" or "<DUR>" or "<VERSION>" or "<TS:yaml-timestamp>")
            return true;
        if (answered is not JsonValue value || !value.TryGetValue<string>(out var actual))
            return false;
        if (Numbered().IsMatch(recorded) && Numbered().Match(recorded).Length == recorded.Length
            && !bound.ContainsKey(recorded) && !bound.ContainsValue(actual))
            bound[recorded] = actual;
        // Digests name their function nowadays.
        return actual == Fill(recorded) || (recorded.Length == 64 && actual == "sha256:" + recorded);
    }

    private static string Shown(JsonNode? node) => (node?.ToJsonString() ?? "null") is { Length: > 160 } cut ? cut[..160] + "..." : node?.ToJsonString() ?? "null";

    [GeneratedRegex(@"<(AGENT|LEASE|MSG):\d+>|<TS@\d+>")]
    private static partial Regex Numbered();

    /// <summary>Ids that were drawn; the few the recording itself typed are all of one digit.</summary>
    [GeneratedRegex(@"(?<![0-9A-Za-z])(A(?!0{8}|1{8})[0-9A-F]{8}|L[0-9A-F]{8}|M(?!0{12})[0-9A-F]{12})(?![0-9A-Za-z])")]
    private static partial Regex Ids();
}
