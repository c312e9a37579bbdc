namespace Lodestar.Core;

/// <summary>An identifier that people and files see as text. The JSON converter and the schema exporter know ids by this.</summary>
public interface ITextId
{
    /// <summary>The text form, exactly as stored and printed.</summary>
    string Value { get; }
}

/// <summary>An identifier that can be built again from its text form.</summary>
/// <typeparam name="TSelf">The identifier type itself.</typeparam>
public interface ITextId<TSelf> : ITextId
    where TSelf : struct, ITextId<TSelf>
{
    /// <summary>Builds the identifier from its text form.</summary>
    /// <exception cref="FormatException">The text is not of this identifier's form.</exception>
    static abstract TSelf Parse(string text);
}
