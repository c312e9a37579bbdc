namespace Lodestar.Engine.Yaml;

/// <content>Flow collections that end on the line they begin on.</content>
internal sealed partial class PlainYamlReader
{
    private YamlNode ReadFlow(int depth)
    {
        if (depth > YamlDocument.MaxDepth)
            throw Declined;
        return text[position] == '[' ? ReadFlowList(depth) : ReadFlowMap(depth);
    }

    private YamlList ReadFlowList(int depth)
    {
        var list = nodes.List(position++, flow: true);
        while (!AtFlowEnd(']'))
        {
            list.Add(ReadFlowItem(depth));
            SeparateFlow(']');
        }

        list.End = ++position;
        return list;
    }

    private YamlMap ReadFlowMap(int depth)
    {
        var map = nodes.Map(position++, flow: true);
        while (!AtFlowEnd('}'))
        {
            var key = ReadFlowScalar();
            SkipSpaces();
            if (!AtColon() || key.Value == "<<")
                throw Declined;
            var afterColon = ++position;
            SkipSpaces();
            YamlNode value = position < lineEnd && text[position] is ',' or '}'
                ? nodes.Nothing(afterColon)
                : ReadFlowItem(depth);
            if (!map.Add(nodes.Entry(key, value)))
                problems.Add(YamlDocument.Duplicate(key));
            SeparateFlow('}');
        }

        map.End = ++position;
        return map;
    }

    private YamlNode ReadFlowItem(int depth) =>
        position < lineEnd && text[position] is '[' or '{' ? ReadFlow(depth + 1) : ReadFlowScalar();

    private YamlScalar ReadFlowScalar()
    {
        if (position >= lineEnd)
            throw Declined;
        if (text[position] is '"' or '\'')
            return ReadQuoted(parentIndent: -1, oneLine: true) ?? throw Declined;

        var start = position;
        var line = text.AsSpan(start, lineEnd - start);
        if (!CanBeginPlain(line, inFlow: true))
            throw Declined;
        var end = 0;
        for (; end < line.Length && !",[]{}".Contains(line[end]); end++)
        {
            if (line[end] == ':' && (end + 1 == line.Length || ", []{}".Contains(line[end + 1])))
                break;
            if (line[end] == '\t' || (line[end] == '#' && line[end - 1] == ' '))
                throw Declined;
        }

        position = start + end;
        var value = line[..end].TrimEnd(' ');
        return nodes.Scalar(start, start + value.Length, ValueText(value), YamlStyle.Plain);
    }

    private bool AtFlowEnd(char close)
    {
        SkipSpaces();
        if (position >= lineEnd)
            throw Declined;
        return text[position] == close;
    }

    private void SeparateFlow(char close)
    {
        if (AtFlowEnd(close))
            return;
        if (text[position] != ',')
            throw Declined;
        position++;
    }
}
