namespace Lodestar.Engine.Yaml;

/// <summary>Gives a reader the nodes it builds a tree from: new ones, or for as long as it is told to the same ones again and again.</summary>
/// <remarks>A large spec has hundreds of thousands of nodes, which nobody looks at again once a task was made of them. Memory that
/// is touched once costs far more than what is done with it.</remarks>
internal sealed class YamlNodeSupply
{
    private readonly List<YamlScalar> scalars = [];
    private readonly List<YamlList> lists = [];
    private readonly List<YamlMap> maps = [];
    private readonly List<YamlEntry> entries = [];
    private (int Scalars, int Lists, int Maps, int Entries) used;
    private bool passing;

    /// <summary>From now on gives nodes that last until this is called again; all given so are free again.</summary>
    internal void LendNodes() => (passing, used) = (true, default);

    /// <summary>From now on gives nodes to keep.</summary>
    internal void GiveNodes() => passing = false;

    internal YamlScalar Scalar(int start, int end, string value, YamlStyle style)
    {
        if (!passing)
            return new(start, end, value, style);
        if (used.Scalars == scalars.Count)
            scalars.Add(new(start, end, value, style));
        var scalar = scalars[used.Scalars++];
        scalar.Renew(start, end, value, style);
        return scalar;
    }

    /// <summary>The value of a key with nothing behind it.</summary>
    internal YamlScalar Nothing(int at) => Scalar(at, at, "", YamlStyle.Plain);

    internal YamlList List(int start, bool flow)
    {
        if (!passing)
            return new(start, flow);
        if (used.Lists == lists.Count)
            lists.Add(new(start, flow));
        var list = lists[used.Lists++];
        list.Renew(start, flow);
        return list;
    }

    internal YamlMap Map(int start, bool flow)
    {
        if (!passing)
            return new(start, flow);
        if (used.Maps == maps.Count)
            maps.Add(new(start, flow));
        var map = maps[used.Maps++];
        map.Renew(start, flow);
        return map;
    }

    internal YamlEntry Entry(YamlScalar key, YamlNode value)
    {
        if (!passing)
            return new(key, value);
        if (used.Entries == entries.Count)
            entries.Add(new(key, value));
        var entry = entries[used.Entries++];
        entry.Renew(key, value);
        return entry;
    }
}
