using Lodestar.TestKit;
using Lodestar.Core;
using Lodestar.Engine;

namespace Lodestar.Cli.Tests;

/// <summary>Everything that can be thrown has one exit code and one sentence.</summary>
public sealed class FailureTests : IDisposable
{
    private readonly MemoryConsole console = new();

    public static TheoryData<Exception, int, string> Known => new()
    {
        { new RefusedException(new Refusal("spec-invalid", "The spec is invalid.")), 1, "spec-invalid" },
        { new OperationCanceledException(), 1, "interrupted" },
        { new UsageException("No."), 2, "usage" },
        { new EnvironmentException("store-busy", "The store is busy."), 3, "store-busy" },
        { new UnauthorizedAccessException("Denied."), 3, "access-denied" },
        { new IOException("Full.", 28), 3, "disk-full" },
        { new IOException("Broken."), 3, "io-failed" },
    };

    [Theory]
    [MemberData(nameof(Known))]
    public void A_kind_fixes_the_exit_code(Exception thrown, int exit, string code)
    {
        var failure = Failure.From(thrown, Context(console.Scratch.Root), "lodestar task list");

        Assert.Equal((exit, code), ((int)failure.ExitCode, failure.Refusal.Code));
    }

    [Fact]
    public void A_bug_is_one_sentence_and_a_report_only_its_owner_can_read()
    {
        var failure = Failure.From(Thrown(), Context(console.Scratch.Root), "lodestar task list");

        Assert.Equal(70, (int)failure.ExitCode);
        var report = failure.Refusal.Details["report_file"]!.GetValue<string>();
        Assert.Contains(report, failure.Refusal.Hint, StringComparison.Ordinal);
        Assert.Contains(nameof(Thrown), File.ReadAllText(report), StringComparison.Ordinal);
        Assert.DoesNotContain(nameof(Thrown), failure.Refusal.Message, StringComparison.Ordinal);
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(report));
    }

    [Fact]
    public void A_bug_whose_report_cannot_be_written_is_told_in_full()
    {
        var failure = Failure.From(Thrown(), Context(console.Scratch.PathOf("missing")), "lodestar task list");

        Assert.Equal(70, (int)failure.ExitCode);
        Assert.Contains(nameof(Thrown), failure.Refusal.Details["report"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    public void Dispose() => console.Dispose();

    private static InvalidOperationException Thrown()
    {
        try
        {
            throw new InvalidOperationException("A broken invariant.");
        }
        catch (InvalidOperationException thrown)
        {
            return thrown;
        }
    }

    private static CommandContext Context(string temporary) => new()
    {
        Output = new Output(Stream.Null, Stream.Null, PageShape.Plain, PageShape.Plain),
        Variable = _ => null,
        Clock = new SystemClock(),
        Directory = temporary,
        TemporaryDirectory = temporary,
        Executable = BuiltPrograms.Lodestar,
        Variables = () => new Dictionary<string, string>(),
    };
}
