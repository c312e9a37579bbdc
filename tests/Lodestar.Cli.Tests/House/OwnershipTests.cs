namespace Lodestar.Cli.Tests.House;

/// <summary>What must happen in one place happens in one place. A second place is a second behaviour waiting to differ.</summary>
public sealed class OwnershipTests
{
    [Theory]
    [InlineData("processes are started", @"\bnew ProcessStartInfo\b|\bProcess\.Start\(|\bposix_spawn|\bfork\(\)", "src/Lodestar.Engine/Processes/ChildProcess.cs")]
    [InlineData("the console is touched", @"\bConsole\.", "src/Lodestar.Cli/Output.cs", "src/Lodestar.Cli/Program.cs")]
    [InlineData("git is started", @"Find\(""git""|ChildOrder\(""git""|git\.Program,", "src/Lodestar.Engine/Git/GitClient.cs")]
    [InlineData("leases are written", @"(?i)(insert into|update|delete from)\s+leases\b", "src/Lodestar.Engine/Storage/LeaseTable.cs", "src/Lodestar.Engine/Storage/Predecessor/OldLeases.cs")]
    [InlineData("task status is written", @"(?i)(insert (or replace )?into|update|delete from)\s+task_states\b", "src/Lodestar.Engine/Storage/TaskStateTable.cs")]
    [InlineData("the ledger is written", @"(?i)(insert into|update|delete from)\s+ledger\b", "src/Lodestar.Engine/Storage/LedgerTable.cs")]
    [InlineData("processes are registered", @"(?i)(insert into|update|delete from)\s+processes\b", "src/Lodestar.Engine/Storage/RegistryTable.cs")]
    [InlineData("random numbers are drawn", @"\bRandomNumberGenerator\b|\bnew Random\b|\bRandom\.Shared\b|\bGuid\.(NewGuid|CreateVersion7)\b", "src/Lodestar.Engine/IdSource.cs")]
    public void One_place_owns_an_effect(string effect, string pattern, params string[] owners)
    {
        var others = CodeText.FilesWith(pattern).Except(owners).ToArray();

        Assert.True(others.Length == 0, $"Only {string.Join(" and ", owners)} is where {effect}; use it instead of doing so in {string.Join(", ", others)}.");
    }
}
