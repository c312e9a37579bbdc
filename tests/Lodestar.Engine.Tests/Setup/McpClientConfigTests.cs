using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Lodestar.Engine.Setup;

namespace Lodestar.Engine.Tests.Setup;

public sealed class McpClientConfigTests
{
    private static readonly McpClientConfig Config = McpClientConfig.All[0];

    private static readonly JsonDocumentOptions Lenient = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    public static TheoryData<string> Files =>
    [
        "{}",
        "{ }\n",
        "{\n}\n",
        """{"mcpServers":{}}""",
        """{"mcpServers": { /* none yet */ }}""",
        """{"mcpServers":{"other":{"command":"x"}}}""",
        "{\n    \"mcpServers\": {\n        \"other\": { \"command\": \"x\" }, // ours\n    },\n    \"more\": [1, 2, {\"a\": \"}\"}]\n}\n",
        "{\r\n\t\"inputs\": [],\r\n\t\"mcpServers\": {\r\n\t\t\"other\": {}\r\n\t}\r\n}\r\n",
        "{\"a\": \"mcpServers\", \"b\": {\"mcpServers\": {\"Lodestar\": 1}}}",
        "\uFEFF{\n  \"mcpServers\": {\n    \"\u00e4\u65e5\": {\"args\": [\"\\u00e4\"]}\n  }\n}\n",
    ];

    [Theory]
    [MemberData(nameof(Files))]
    public void Our_server_comes_in_and_nothing_else_changes(string file)
    {
        var old = Encoding.UTF8.GetBytes(file);

        var merged = Config.Merge(old, renew: false).Data!;

        var before = Parse(old);
        var after = Parse(merged);
        Assert.Equal("lodestar", after["mcpServers"]!["Lodestar"]!["command"]!.GetValue<string>());
        after["mcpServers"]!.AsObject().Remove("Lodestar");
        if (before["mcpServers"] is null)
            before["mcpServers"] = new JsonObject();
        Assert.True(JsonNode.DeepEquals(before, after), after.ToJsonString());
        Assert.True(IsInsertion(old, merged), Encoding.UTF8.GetString(merged));
        Assert.Equal(merged, Config.Merge(merged, renew: false).Data);
    }

    [Theory]
    [InlineData("""{"mcpServers":{"Lodestar":{"command":"mine"},"z":1}}""")]
    [InlineData("""{"mcpServers":{"lodestar":{"command":"mine"},"z":1}}""")]
    public void An_entry_of_ours_is_written_again_only_on_request(string file)
    {
        var old = Encoding.UTF8.GetBytes(file);

        Assert.Equal(old, Config.Merge(old, renew: false).Data);
        var renewed = Encoding.UTF8.GetString(Config.Merge(old, renew: true).Data!);
        Assert.DoesNotContain("mine", renewed, StringComparison.Ordinal);
        Assert.EndsWith(",\"z\":1}}", renewed, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("{\"mcpServers\": []}")]
    [InlineData("{\"mcpServers\": {}, \"mcpServers\": {}}")]
    [InlineData("{\"mcpServers\": {\"a\": 1}")]
    [InlineData("{} more")]
    [InlineData("{\"\\ud800\": 1}")]
    [InlineData("mcpServers: {}")]
    public void A_file_that_is_no_such_configuration_is_refused(string file) =>
        Assert.Equal("mcp-config-invalid", Config.Merge(Encoding.UTF8.GetBytes(file), renew: true).Refusal?.Code);

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(" \n")]
    public void A_new_file_is_plain_json(string? file)
    {
        foreach (var config in McpClientConfig.All)
        {
            var made = config.Merge(file is null ? null : Encoding.UTF8.GetBytes(file), renew: false).Data!;

            var entry = JsonNode.Parse(made)![config.Group]!["Lodestar"]!;
            Assert.Equal("stdio", entry["type"]!.GetValue<string>());
            Assert.Equal("""["mcp","serve","--repo","."]""", entry["args"]!.ToJsonString());
        }
    }

    private static JsonObject Parse(byte[] json) =>
        JsonNode.Parse(json.AsSpan().StartsWith("\uFEFF"u8) ? json.AsSpan(3) : json, null, Lenient)!.AsObject();

    /// <summary>Whether the new bytes are the old ones with something put in at one place.</summary>
    private static bool IsInsertion(byte[] old, byte[] merged)
    {
        var prefix = old.AsSpan().CommonPrefixLength(merged);
        return merged.AsSpan().EndsWith(old.AsSpan(prefix));
    }
}
