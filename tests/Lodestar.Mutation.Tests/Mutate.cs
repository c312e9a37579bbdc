using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

/// <summary>Copies sources and puts a switch into each line that <c>mutations.txt</c> names. Runs inside the build.</summary>
/// <remarks>A mutation is a block of lines <c>name</c>, <c>file</c>, <c>was</c>, <c>is</c> and <c>breaks</c>; <c>was</c> is one whole line of the
/// file, which must be there once; <c>{on}</c> in <c>is</c> is true while a test has the mutation switched on; <c>breaks</c> names what
/// may notice it. What does not fit is left out here and told by a test, so that nobody's build breaks.</remarks>
public sealed class Mutate : Task
{
    /// <summary>The files to copy.</summary>
    [Required]
    public ITaskItem[] Sources { get; set; }

    /// <summary>The checkout.</summary>
    [Required]
    public string Root { get; set; }

    /// <summary>The mutations.</summary>
    [Required]
    public string List { get; set; }

    /// <summary>Where the copies go; what is there goes away.</summary>
    [Required]
    public string Into { get; set; }

    /// <inheritdoc/>
    public override bool Execute()
    {
        var mutations = Read(File.ReadAllLines(List)).ToList();
        if (Directory.Exists(Into))
            Directory.Delete(Into, true);
        var root = Path.GetFullPath(Root);
        foreach (var source in Sources.Select(item => item.GetMetadata("FullPath")))
        {
            var name = source.Substring(root.Length).TrimStart('/').Replace('\\', '/');
            var lines = File.ReadAllLines(source);
            foreach (var mutation in mutations.Where(one => one["file"] == name))
                Change(lines, mutation);
            var copy = Path.Combine(Into, name);
            Directory.CreateDirectory(Path.GetDirectoryName(copy));
            File.WriteAllLines(copy, lines);
        }

        File.WriteAllText(Path.Combine(Into, "Mutations.cs"), Listed(mutations));
        return !Log.HasLoggedErrors;
    }

    private static void Change(string[] lines, Dictionary<string, string> mutation)
    {
        var places = Enumerable.Range(0, lines.Length).Where(at => lines[at].Trim() == mutation["was"]).ToArray();
        mutation["fits"] = places.Length == 1 ? "true" : "false";
        if (places.Length == 1)
            lines[places[0]] = mutation["is"].Replace("{on}", "(Lodestar.Mutation.Mutations.Active == \"" + mutation["name"] + "\")");
    }

    private static string Listed(IEnumerable<Dictionary<string, string>> mutations) =>
        "namespace Lodestar.Mutation;\ninternal static partial class Mutations\n{\n    internal static readonly Mutation[] All =\n    [\n"
        + string.Concat(mutations.Select(one =>
            "        new(\"" + one["name"] + "\", \"" + one["file"] + "\", \"" + one["breaks"] + "\", "
            + (one.ContainsKey("fits") ? one["fits"] : "false") + "),\n"))
        + "    ];\n}\n";

    private static IEnumerable<Dictionary<string, string>> Read(IEnumerable<string> lines)
    {
        var block = new Dictionary<string, string>();
        foreach (var line in lines.Where(line => !line.StartsWith("#", StringComparison.Ordinal)).Concat(new[] { "" }))
        {
            var space = line.IndexOf(' ');
            if (space > 0)
                block[line.Substring(0, space)] = line.Substring(space).Trim();
            else if (block.Count > 0)
            {
                yield return block;
                block = new Dictionary<string, string>();
            }
        }
    }
}
