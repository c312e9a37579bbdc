using Lodestar.Engine.Yaml;

namespace Lodestar.Engine.Spec;

/// <summary>Where a task stands in a file.</summary>
internal readonly record struct TaskPlace
{
    private readonly object body;

    /// <summary>Of a task that is an item of a list, or was read with its tree.</summary>
    internal TaskPlace(YamlNode id, YamlNode body) => (Id, this.body) = (id, body);

    /// <summary>Of a task that is an entry of a mapping.</summary>
    internal TaskPlace(YamlEntry entry) => (Id, body) = (entry.Key, entry);

    /// <summary>The node of its id: a key of the mapping, or the value of <c>id</c>.</summary>
    internal YamlNode Id { get; }

    /// <summary>What defines it.</summary>
    internal YamlNode Body => body as YamlNode ?? ((YamlEntry)body).Value;
}
