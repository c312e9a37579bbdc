using System.Text;

namespace Lodestar.Engine.Setup;

/// <summary>The text of <c>PRD-PROMPT.md</c>: how to write a product document that tasks can point into.</summary>
internal static class PrdPrompt
{
    /// <summary>The file.</summary>
    internal const string Path = "PRD-PROMPT.md";

    /// <summary>The file's content.</summary>
    internal static byte[] Bytes() => Encoding.UTF8.GetBytes(Text.ReplaceLineEndings("\n"));

    private const string Text =
        """
        # Writing PRD.md

        Write a product document that tasks can refer to section by section.

        - One file, `PRD.md`, at the repository root. One section for each piece of work that fits in one sitting.
        - Give every section heading an explicit anchor that will not change: `## Password reset {#password-reset}`.
        - In each section say what is wanted and why, where in the code it belongs, what is out of scope, and how one can tell
          that it works. Criteria are sentences somebody else can check.
        - Avoid sections that say "and", criteria such as "works well", and decisions left open.

        Template:

            ## <Name> {#<anchor>}
            What: <the behaviour, in one or two sentences>
            Why: <who needs it>
            Where: <files or modules>
            Out of scope: <what this does not do>
            Done when:
            - <something that can be checked>

        Then create the tasks:

            lodestar task create --title '<name>' --prd-source PRD.md --prd-ref '#<anchor>' --accept '<criterion>' --lock '<files>'

        """;
}
