namespace Lodestar.Engine.Schemas;

/// <summary>One way in which a value breaks a schema.</summary>
/// <param name="At">Its place, from <c>$</c> down: <c>$.tasks[3].id</c>.</param>
/// <param name="Rule">The keyword it breaks.</param>
/// <param name="Message">The rest of a sentence that begins with the place.</param>
public sealed record SchemaProblem(string At, string Rule, string Message)
{
    /// <inheritdoc/>
    public override string ToString() => $"{At} {Message}";
}
