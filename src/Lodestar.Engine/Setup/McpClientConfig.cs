using System.Text;
using System.Text.Json;
using Lodestar.Core;
using Lodestar.Engine.Schemas;

namespace Lodestar.Engine.Setup;

/// <summary>The files in which MCP clients look for servers. Other servers, comments and every other byte stay as they are.</summary>
/// <param name="Path">The file, below the project's directory.</param>
/// <param name="Group">The member that holds the servers.</param>
/// <param name="Besides">What a new file holds besides.</param>
internal sealed record McpClientConfig(string Path, string Group, string Besides)
{
    private const string Name = "Lodestar";

    private static readonly JsonReaderOptions Lenient = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    /// <summary>The files that are written.</summary>
    internal static IReadOnlyList<McpClientConfig> All { get; } =
    [
        new(".mcp.json", "mcpServers", ""),
        new(".vscode/mcp.json", "servers", ",\n  \"inputs\": []"),
    ];

    /// <summary>The file with our server in it.</summary>
    /// <param name="old">Its bytes; null when there is no file.</param>
    /// <param name="renew">Whether an entry of ours that is there already is written again.</param>
    /// <returns>The new bytes, or the refusal <c>mcp-config-invalid</c>.</returns>
    internal Outcome<byte[]> Merge(byte[]? old, bool renew)
    {
        if (old is null || old.AsSpan().Trim(" \t\r\n"u8).IsEmpty)
            return Encoding.UTF8.GetBytes($"{{\n  \"{Group}\": {{\n    \"{Name}\": {Entry("    ", "  ")}\n  }}{Besides}\n}}\n");
        try
        {
            var places = Places.Of(old, Group, Name);
            if (places.Server is { } server)
                return renew ? Replaced(old, server, Entry(Indent(old, 2), Indent(old, 1))) : old;
            var one = Indent(old, 1);
            var entry = $"\"{Name}\": {Entry(one + one, one)}";
            return places.Group is { } group
                ? Inserted(old, group, entry, one + one, one)
                : Inserted(old, places.Root, $"\"{Group}\": {{\n{one}{one}{entry}\n{one}}}", one, "");
        }
        catch (Exception cause) when (JsonText.IsFault(cause))
        {
            return new Refusal(
                "mcp-config-invalid",
                $"{Path} cannot be read as JSON with an object {Group}: {cause.Message}",
                $"Correct {Path} and run lodestar init again.")
            {
                Details = new() { ["file"] = Path },
            };
        }
    }

    private static string Entry(string indent, string step) =>
        $"{{\n{indent}{step}\"type\": \"stdio\",\n{indent}{step}\"command\": \"lodestar\",\n"
        + $"{indent}{step}\"args\": [\"mcp\", \"serve\", \"--repo\", \".\"]\n{indent}}}";

    /// <summary>Behind the last member: a comma, where one follows already, is still the one of a last member.</summary>
    private static byte[] Inserted(byte[] old, Members members, string entry, string indent, string closing) =>
        members.LastEnd is { } last
            ? Replaced(old, (last, last), $",\n{indent}{entry}")
            : Replaced(old, (members.Start + 1, members.Start + 1), $"\n{indent}{entry}\n{closing}");

    private static byte[] Replaced(byte[] old, (int Start, int End) span, string text)
    {
        var own = old.AsSpan().IndexOf("\r\n"u8) >= 0 ? text.ReplaceLineEndings("\r\n") : text;
        return [.. old[..span.Start], .. Encoding.UTF8.GetBytes(own), .. old[span.End..]];
    }

    /// <summary>The blanks the file's own first member is indented with.</summary>
    private static string Indent(byte[] old, int levels)
    {
        var text = Encoding.Latin1.GetString(old);
        var line = text.Split('\n').Skip(1).FirstOrDefault(line => line.TrimStart(' ', '\t').StartsWith('"')) ?? "  \"";
        var step = line[..(line.Length - line.TrimStart(' ', '\t').Length)];
        return string.Concat(Enumerable.Repeat(step, levels));
    }

    /// <summary>An object in the text.</summary>
    /// <param name="Start">Where its brace opens.</param>
    /// <param name="LastEnd">Behind its last member's value; null when it has none.</param>
    private readonly record struct Members(int Start, int? LastEnd);

    /// <summary>Where in the text our entry is, or would be.</summary>
    private sealed record Places(Members Root, Members? Group, (int Start, int End)? Server)
    {
        internal static Places Of(byte[] json, string group, string server)
        {
            var mark = json.AsSpan().StartsWith("\uFEFF"u8) ? 3 : 0;
            var reader = new Utf8JsonReader(json.AsSpan(mark), Lenient);
            reader.Read();
            Members? found = null;
            (int, int)? entry = null;
            var root = Walk(ref reader, mark, (ref Utf8JsonReader at, string name) =>
            {
                if (name != group)
                    return;
                if (found is not null)
                    throw new JsonException($"{group} occurs twice.");
                found = Walk(ref at, mark, (ref Utf8JsonReader value, string inner) =>
                {
                    var start = (int)value.TokenStartIndex + mark;
                    value.Skip();
                    if (string.Equals(inner, server, StringComparison.OrdinalIgnoreCase))
                        entry = (start, (int)value.BytesConsumed + mark);
                });
            });
            while (reader.Read())
            {
                // What follows the object is nothing, or an error that is thrown here.
            }

            return new(root, found, entry);
        }

        private delegate void Visit(ref Utf8JsonReader value, string name);

        private static Members Walk(ref Utf8JsonReader reader, int mark, Visit visit)
        {
            if (reader.TokenType != JsonTokenType.StartObject)
                throw new JsonException("An object is expected.");
            var start = (int)reader.TokenStartIndex + mark;
            int? last = null;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var name = reader.GetString()!;
                reader.Read();
                visit(ref reader, name);
                reader.Skip();
                last = (int)reader.BytesConsumed + mark;
            }

            return new(start, last);
        }
    }
}
