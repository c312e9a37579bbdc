namespace Lodestar.Engine.Yaml;

/// <summary>One key of a mapping, and its value.</summary>
public sealed class YamlEntry
{
    private readonly string? text;
    private YamlNode? value;

    internal YamlEntry(YamlScalar key, YamlNode value) => (Key, this.value) = (key, value);

    /// <summary>An entry of the mapping of tasks, whose value is read again when somebody asks for its tree.</summary>
    /// <param name="key">The key, which begins its line.</param>
    /// <param name="text">The whole text.</param>
    internal YamlEntry(YamlScalar key, string text) => (Key, this.text) = (key, text);

    /// <summary>The key.</summary>
    public YamlScalar Key { get; private set; }

    /// <summary>What stands behind it.</summary>
    public YamlNode Value => value ??= PlainYamlReader.ReadAgain(text!, Key);

    /// <summary>Takes the entry apart.</summary>
    public void Deconstruct(out YamlScalar key, out YamlNode behind) => (key, behind) = (Key, Value);

    internal void Renew(YamlScalar key, YamlNode behind) => (Key, value) = (key, behind);
}
