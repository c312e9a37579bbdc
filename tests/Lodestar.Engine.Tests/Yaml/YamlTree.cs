using System.Text;
using Lodestar.Engine.Yaml;
using YamlDotNet.RepresentationModel;

namespace Lodestar.Engine.Tests.Yaml;

/// <summary>Writes a tree in one canonical form, ours or YamlDotNet's, so that the two can be compared.</summary>
internal static class YamlTree
{
    public static string Of(Lodestar.Engine.Yaml.YamlNode? node)
    {
        var text = new StringBuilder();
        Write(node, text);
        return text.ToString();
    }

    public static string Oracle(string yaml)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(yaml));
        var text = new StringBuilder();
        Write(stream.Documents.Count == 0 ? null : stream.Documents[0].RootNode, text);
        return text.ToString();
    }

    private static void Write(Lodestar.Engine.Yaml.YamlNode? node, StringBuilder text)
    {
        switch (node)
        {
            case null:
                break;
            case Lodestar.Engine.Yaml.YamlScalar scalar:
                Quote(scalar.Value, text);
                break;
            case YamlList list:
                text.Append('[');
                foreach (var item in list.Items)
                    Write(item, text);
                text.Append(']');
                break;
            case YamlMap map:
                text.Append('{');
                foreach (var entry in map.Entries)
                {
                    Write(entry.Key, text);
                    text.Append('=');
                    Write(entry.Value, text);
                }

                text.Append('}');
                break;
        }
    }

    private static void Write(YamlDotNet.RepresentationModel.YamlNode? node, StringBuilder text)
    {
        switch (node)
        {
            case YamlDotNet.RepresentationModel.YamlScalarNode scalar:
                Quote(scalar.Value ?? "", text);
                break;
            case YamlSequenceNode list:
                text.Append('[');
                foreach (var item in list.Children)
                    Write(item, text);
                text.Append(']');
                break;
            case YamlMappingNode map:
                text.Append('{');
                foreach (var (key, value) in map.Children)
                {
                    Write(key, text);
                    text.Append('=');
                    Write(value, text);
                }

                text.Append('}');
                break;
        }
    }

    private static void Quote(string value, StringBuilder text) =>
        text.Append('"').Append(value.Replace("\\", "\\\\").Replace("\"", "\\\"").Replace("\n", "\\n")).Append('"');
}
