using System.Text.Json;
using Lodestar.Core.Runs;

namespace Lodestar.Engine.Storage;

/// <summary>Reads the plan a ledger begins with. It has one line for all tasks, so that line can be as long as ten thousand others: its
/// tasks are read as <see cref="LedgerWrittenForm"/> reads events, what is around them by the general reader.</summary>
internal static class LedgerPlanForm
{
    /// <summary>What follows the plan: its closing brace, and the name of no line.</summary>
    private static readonly int Rest = "},\"prev\":\"".Length + LedgerLine.NoHash.Length + "\"}".Length;

    /// <summary>The beginning of a run.</summary>
    internal static RunEvent? Started(ref LedgerScan scan)
    {
        var begin = scan.Position;
        scan.Token("{\"plan\":{\"project_id\":\""u8);
        scan.Token(",\"mission\":{\"id\":\""u8);
        scan.Text(",\"slug\":\""u8);
        scan.Text(",\"title\":\""u8);
        scan.Text(",\"purpose\":\""u8);
        scan.Text("},\"base_branch\":\""u8);
        scan.Token(",\"base_commit\":\""u8);
        scan.Token(",\"snapshot_id\":\""u8);
        var around = scan.From(begin);
        var tasks = scan.Items(",\"tasks\":"u8, Task);
        var tail = scan.UpTo(Rest);
        // Who names the tasks again, in whatever spelling, is not us.
        if (scan.IsLost || tail.IndexOf("\"tasks\""u8) >= 0 || tail.IndexOf("\\u"u8) >= 0)
            return scan.Lose<RunEvent>();
        try
        {
            return JsonSerializer.Deserialize([.. around, .. ",\"tasks\":[]"u8, .. tail, (byte)'}'], RunJson.Default.RunStarted) is { } started
                ? started with { Plan = started.Plan with { Tasks = tasks } }
                : scan.Lose<RunEvent>();
        }
        catch (JsonException)
        {
            return scan.Lose<RunEvent>();
        }
    }

    private static PlannedTask Task(ref LedgerScan scan)
    {
        var task = new PlannedTask(
            scan.Id("{\"id\":\""u8, scan.Words.Tasks),
            scan.Text(",\"title\":\""u8),
            scan.Text(",\"description\":\""u8),
            scan.Items(",\"acceptance_criteria\":"u8, Text),
            scan.Items(",\"depends_on\":"u8, static (ref one) => one.Id("\""u8, one.Words.Tasks)),
            scan.Items(",\"labels\":"u8, Text),
            scan.Items(",\"locks\":"u8, Text),
            scan.Int(",\"priority\":"u8),
            scan.Text(",\"definition_hash\":\""u8),
            Intent(ref scan));
        scan.Expect("}"u8);
        return task;
    }

    private static PlannedPrd? Intent(ref LedgerScan scan)
    {
        if (scan.IsNull(",\"prd\":"u8))
            return null;
        var prd = new PlannedPrd(
            scan.Text("{\"source\":\""u8),
            scan.Items(",\"anchors\":"u8, Text),
            scan.TextOrNull(",\"excerpt\":"u8),
            scan.TextOrNull(",\"prd_hash\":"u8));
        scan.Expect("}"u8);
        return prd;
    }

    private static string Text(ref LedgerScan scan) => scan.Text("\""u8);
}
