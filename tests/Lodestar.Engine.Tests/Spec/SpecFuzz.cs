using Lodestar.Engine.Spec;
using Lodestar.TestKit;

namespace Lodestar.Engine.Tests.Spec;

/// <summary>Edits nobody would make, of what means something in a spec.</summary>
internal static class SpecFuzz
{
    private static readonly string[] Pieces =
    [
        "", "\n", "  ", " ", "  NEW:\n    title: new\n", "  T001:\n    title: again\n", "    title: other\n", "    labels: [q]\n", "    depends_on:\n    - T000\n",
        "missions: []\n", "features: {}\n", "x", "'", "\"", "|\n", ": ", "# ", "\t", "\r", "\r\n", "- ", "- id: NEW\n  title: new\n", "---\n", "...\n", "\u2028", "\u0001",
        "<<<<<<< ours\n", "{", "]", "&a ", "*a", "\ud800", "    priority: 3 # soon\n", "    status: done\n", "    status: nonsense\n", "    description: |\n      two\n\n      lines\n\n",
        "  'A B': {title: flow}\n", "tasks:\n", "  ? x\n", "    <<: {a: 1}\n", "  A: \n", "    title: again\n", " title: up\n",
    ];

    /// <summary>An edit anywhere, mostly at the beginning of a line.</summary>
    internal static TextEdit Edit(Random random, string text)
    {
        var start = random.Next(text.Length + 1);
        if (random.Next(3) > 0)
            start = text.IndexOf('\n', Math.Min(start, text.Length - 1)) + 1;
        var end = random.Next(3) == 0 ? Math.Min(text.Length, start + random.Next(12)) : start;
        if (random.Next(8) == 0)
            end = text.IndexOf('\n', Math.Min(end, text.Length - 1)) is >= 0 and var line ? Math.Max(end, line + 1) : end;
        return new(start, end, Fuzzing.Pick(random, random.Next(2) == 0 ? Pieces : Pieces[..9]) + (random.Next(4) == 0 ? Fuzzing.Pick(random, Pieces) : ""));
    }
}
