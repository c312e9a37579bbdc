using System.Text;

namespace Lodestar.Core.Spec;

/// <summary>Draws the tasks and their dependencies. Equal specs give equal bytes on every machine: only the spec is looked at,
/// in its own order.</summary>
public static class GraphText
{
    private const int TitleLength = 40;

    /// <summary>For Graphviz.</summary>
    public static string Dot(ProjectSpec spec)
    {
        var text = new StringBuilder("digraph tasks {\n  rankdir=LR;\n");
        foreach (var task in spec.Tasks)
            text.Append($"  {Quoted(task.Id.Value)} [label={Quoted($"{task.Id}\n{Short(task.Title)}")}];\n");
        foreach (var (from, to) in Edges(spec))
            text.Append($"  {Quoted(from.Value)} -> {Quoted(to.Value)};\n");
        return text.Append("}\n").ToString();

        static string Quoted(string value) => "\"" + value
            .Replace("\\", "\\\\", StringComparison.Ordinal)
            .Replace("\"", "\\\"", StringComparison.Ordinal)
            .Replace("\n", "\\n", StringComparison.Ordinal) + "\"";
    }

    /// <summary>For Mermaid. Ids may hold what Mermaid cannot, so nodes are numbered and ids stand in their labels.</summary>
    public static string Mermaid(ProjectSpec spec)
    {
        var text = new StringBuilder("flowchart LR\n");
        var names = new Dictionary<TaskId, string>();
        foreach (var task in spec.Tasks)
            text.Append($"  {Name(task.Id)}[\"{Escaped($"{task.Id}: {Short(task.Title)}")}\"]\n");
        foreach (var (from, to) in Edges(spec))
        {
            if (!names.ContainsKey(from))
                text.Append($"  {Name(from)}[\"{Escaped(from.Value)}?\"]\n");
            text.Append($"  {Name(from)} --> {Name(to)}\n");
        }

        return text.ToString();

        string Name(TaskId id)
        {
            if (!names.TryGetValue(id, out var name))
                names[id] = name = $"t{names.Count + 1}";
            return name;
        }

        static string Escaped(string value) => value
            .Replace("&", "&amp;", StringComparison.Ordinal)
            .Replace("\"", "&quot;", StringComparison.Ordinal)
            .Replace("<", "&lt;", StringComparison.Ordinal)
            .Replace(">", "&gt;", StringComparison.Ordinal)
            .Replace("#", "&#35;", StringComparison.Ordinal)
            .Replace("\n", " ", StringComparison.Ordinal);
    }

    /// <summary>For people: one line a task, with what it waits for.</summary>
    public static string Plain(ProjectSpec spec)
    {
        var text = new StringBuilder();
        foreach (var task in spec.Tasks)
        {
            text.Append($"{task.Id}  {Short(task.Title)}");
            if (!task.DependsOn.IsEmpty)
                text.Append("  <- ").AppendJoin(", ", task.DependsOn);
            text.Append('\n');
        }

        return text.ToString();
    }

    /// <summary>From each dependency to the task that has it, in file order.</summary>
    public static IEnumerable<(TaskId From, TaskId To)> Edges(ProjectSpec spec) =>
        from task in spec.Tasks
        from dependency in task.DependsOn.Distinct()
        select (dependency, task.Id);

    private static string Short(string title)
    {
        var line = title.ReplaceLineEndings(" ");
        return line.Length <= TitleLength ? line : TextCut.Head(line, TitleLength - 3) + "...";
    }
}
