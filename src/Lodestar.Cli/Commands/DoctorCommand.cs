using Lodestar.Engine.Operations;

namespace Lodestar.Cli.Commands;

/// <summary><c>lodestar doctor</c>.</summary>
internal static class DoctorCommand
{
    /// <summary>Declares the verb.</summary>
    public static Verb Create()
    {
        var fix = Inputs.Flag("--fix", "Repair what is safe to repair: derived files only.");
        return new Verb<HealthReport>("doctor", "Checks that the project is sound, and says what to do where it is not.")
        {
            Accepts = [fix],
            About = Explanation.Changes(
                "Reads only, unless --fix is given: then derived files are written anew. Exit 1 when a check fails.",
                "lodestar doctor",
                "lodestar doctor --fix --json"),
            Data = static () => PlaneJson.Default.HealthReport,
            Text = Text,
            Run = async (given, cancellation) =>
            {
                var opened = given.Context.OpenSession();
                using var session = opened.Data;
                return await new CheckHealth(opened, given.Get(fix)).ExecuteAsync(cancellation);
            },
        };
    }

    private static void Text(Page page, HealthReport report)
    {
        page.Table(
            [new("STATUS", Ink: Status), new("CHECK"), new("FOUND", Flexible: true)],
            report.Checks.Select(check => new[] { check.Status, check.Name, check.Message }));
        var fixes = report.Checks.Where(check => check.Fix is not null).Select(check => $"{check.Name}: {check.Fix}").Distinct().ToArray();
        if (fixes.Length > 0)
            page.Title("What to do").Bullets(fixes);
    }

    private static Ink Status(string status) => status switch
    {
        "pass" => Ink.Green,
        "warn" => Ink.Yellow,
        "fail" => Ink.Red,
        _ => Ink.Dim,
    };
}
