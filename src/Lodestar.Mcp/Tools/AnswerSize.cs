using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Lodestar.Core;

namespace Lodestar.Mcp.Tools;

/// <summary>Keeps answers within what a client's context can bear: whole items go to the next page, long texts are cut so
/// that one sees it.</summary>
internal static class AnswerSize
{
    /// <summary>The most bytes of an answer nobody asked to be longer.</summary>
    public const int Usual = 16 * 1024;

    /// <summary>The fewest bytes that can be asked for.</summary>
    public const int Least = 1024;

    /// <summary>The most bytes that can be asked for.</summary>
    public const int Most = 4 * 1024 * 1024;

    /// <summary>What an answer has beyond its structured part: the line of text and the protocol around them.</summary>
    public const int Frame = 512;

    private const string Mark = "... [cut]";

    // The bounds that are tried, halving. No identifier is as long as the shortest text, so none is ever cut.
    private const int FirstBound = 8192;
    private const int LastBound = 8;
    private const int ShortestText = 128;

    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.Default, TypeInfoResolver = McpJson.Default };

    /// <summary>The bytes an answer takes.</summary>
    public static int Of(JsonNode answer) => Encoding.UTF8.GetByteCount(answer.ToJsonString(Plain));

    /// <summary>Cuts an answer down to a size: first to fewer items, then to shorter texts and lists.</summary>
    public static void Fit(JsonObject answer, PageShape? page, int limit)
    {
        var size = Of(answer);
        if (size <= limit)
            return;
        if (page is not null && answer[page.List] is JsonArray items)
            size = DropItems(answer, items, page, size, limit);
        for (var bound = FirstBound; size > limit && bound >= LastBound; bound /= 2)
        {
            Shorten(answer, bound, page?.List);
            answer["truncated"] = true;
            size = Of(answer);
        }
    }

    private static int DropItems(JsonObject answer, JsonArray items, PageShape page, int size, int limit)
    {
        var dropped = false;
        while (size > limit && items.Count > 1)
        {
            size -= Of(items[^1]!) + 1;
            items.RemoveAt(items.Count - 1);
            dropped = true;
        }

        if (!dropped)
            return size;
        answer["count"] = items.Count;
        answer["truncated"] = true;
        if (page.Cursor is not null)
            answer["nextCursor"] = page.Cursor(items[^1]!);
        if (page.More is not null)
            answer[page.More] = true;
        return Of(answer);
    }

    private static void Shorten(JsonNode? node, int bound, string? whole)
    {
        if (node is JsonObject members)
        {
            foreach (var (name, member) in members.ToList())
            {
                // A cursor that was cut would lead nowhere.
                if (name is "nextCursor" or "cursor")
                    continue;
                if (Cut(member, bound) is { } cut)
                    members[name] = cut;
                else if (name == whole && member is JsonArray page)
                    Each(page, bound);
                else
                    Shorten(member, bound, whole);
            }
        }
        else if (node is JsonArray items)
        {
            while (items.Count > Math.Max(1, bound / 8))
                items.RemoveAt(items.Count - 1);
            Each(items, bound);
        }
    }

    private static void Each(JsonArray items, int bound)
    {
        for (var index = 0; index < items.Count; index++)
        {
            if (Cut(items[index], bound) is { } cut)
                items[index] = cut;
            else
                Shorten(items[index], bound, null);
        }
    }

    /// <summary>A text that is too long, shortened; null for everything else.</summary>
    private static JsonValue? Cut(JsonNode? node, int bound)
    {
        if (node is not JsonValue value || value.GetValueKind() != JsonValueKind.String)
            return null;
        var text = value.GetValue<string>();
        var longest = Math.Max(bound, ShortestText);
        return text.Length <= longest ? null : JsonValue.Create(TextCut.Head(text, longest - Mark.Length) + Mark);
    }
}
