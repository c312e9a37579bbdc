namespace Lodestar.TestKit;

/// <summary>Programs of this solution as tests start them: by the runtime that runs the test, or the build of <c>lodestar</c>
/// that <c>LODESTAR_TEST_PROGRAM</c> names.</summary>
public static class BuiltPrograms
{
    /// <summary>The command line of <c>lodestar</c>, without arguments.</summary>
    public static IReadOnlyList<string> Lodestar { get; } =
        LodestarProgram.Named is { } named ? [named] : Find("Lodestar.Cli", "lodestar.dll");

    /// <summary>The command line of the fake agent; see its Program.cs for the steps it takes as arguments.</summary>
    public static IReadOnlyList<string> FakeAgent { get; } = Find("FakeAgent", "FakeAgent.dll");

    private static string[] Find(string project, string file)
    {
        // artifacts/<framework>/bin/<project>/<configuration>/
        var own = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd('/'));
        var path = Path.Combine(own.Parent!.Parent!.FullName, project, own.Name, file);
        return File.Exists(path)
            ? [Environment.ProcessPath!, path]
            : throw new InvalidOperationException($"{path} has not been built.");
    }
}
