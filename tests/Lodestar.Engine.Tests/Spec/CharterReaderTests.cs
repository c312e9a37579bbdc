using Lodestar.Core.Policy;
using Lodestar.Engine.Spec;
using Lodestar.TestKit;

namespace Lodestar.Engine.Tests.Spec;

public sealed class CharterReaderTests
{
    [Fact]
    public void A_full_charter_is_read()
    {
        var charter = CharterReader.Read(
            """
            policy:
              lanes: 2
              lease_ttl: 1h30m
              merge_strategy: squash
              budget: {usd: 2.50, tokens: 5000000}
            pipeline: [implement, check, merge]
            checks:
              - {name: build, run: "dotnet build", timeout: 10m}
            profiles:
              builder: {adapter: exec, command: [agent, "{briefing_file}"], env: [API_KEY], timeout: 1h}
            protected_paths: [".github/**"]
            rules: ["Public APIs need tests"]
            lane: {setup: [npm ci], copy: [.env]}
            on_finish: notify-send done
            redact: ['shop-\d+', "[A-Z]{20}"]
            """).Data!;

        Assert.Equal((2, 2.50m, 5_000_000L), (charter.Policy.Lanes, charter.Policy.BudgetUsd, charter.Policy.BudgetTokens));
        Assert.Equal(TimeSpan.FromMinutes(90), charter.Policy.LeaseTtl);
        Assert.Equal(TimeSpan.FromMinutes(10), Assert.Single(charter.Checks).Timeout);
        Assert.Equal("agent {briefing_file}", string.Join(' ', charter.Profiles["builder"].Command));
        Assert.Equal("npm ci|.env", $"{charter.Lane.Setup[0]}|{charter.Lane.Copy[0]}");
        Assert.Equal("notify-send done", charter.OnFinish);
        Assert.Equal([@"shop-\d+", "[A-Z]{20}"], charter.Redact.AsEnumerable());
    }

    [Fact]
    public void The_built_in_protected_path_cannot_be_taken_away() =>
        Assert.Equal(".lodestar/** a", string.Join(' ', CharterReader.Read("protected_paths: [a]\n").Data!.ProtectedPaths));

    [Fact]
    public void Without_a_file_what_is_built_in_holds()
    {
        using var scratch = new ScratchDirectory();

        Assert.Same(Charter.BuiltIn, new CharterFile(scratch.Root).Load().Data);
        Assert.Same(LocalSettings.None, new CharterFile(scratch.Root).LoadLocal().Data);
    }

    [Theory]
    [InlineData("polcy: {}\n", "key-known", 1, 1)]
    [InlineData("policy:\n  lane: 3\n", "key-known", 2, 3)]
    [InlineData("policy:\n  autonomy: manual\n", "key-known", 2, 3)]
    [InlineData("policy:\n  budget: {eur: 3}\n", "key-known", 2, 12)]
    [InlineData("policy:\n  lanes: many\n", "policy-invalid", 2, 10)]
    [InlineData("policy:\n  lease_ttl: 8d\n", "lease-out-of-range", 2, 14)]
    [InlineData("pipeline: [implement, deploy, merge]\n", "step-known", 1, 23)]
    [InlineData("pipeline: [implement, merge, check]\n", "step-order", 1, 30)]
    [InlineData("pipeline: [check]\n", "step-required", 1, 11)]
    [InlineData("checks:\n- {name: a, run: x}\n- {name: a, run: y}\n", "duplicate-name", 3, 10)]
    [InlineData("checks:\n- {name: a}\n", "required", 2, 3)]
    [InlineData("profiles:\n  builder: {adapter: magic, command: [x]}\n", "adapter-known", 2, 22)]
    [InlineData("profiles:\n  builder: {adapter: exec}\n", "required", 2, 12)]
    [InlineData("checks:\n- {name: a, run: x, timeout: soon}\n", "duration", 2, 30)]
    [InlineData("spec_documents: {../SPEC.md: [Status]}\n", "document-path", 1, 18)]
    [InlineData("spec_documents: {/SPEC.md: [Status]}\n", "document-path", 1, 18)]
    [InlineData("spec_documents: {SPEC.md: []}\n", "required", 1, 27)]
    [InlineData("protected_paths: [/etc]\n", "file-pattern", 1, 19)]
    [InlineData("redact: [a, '(b']\n", "redact-pattern", 1, 13)]
    [InlineData("redact: ['(?<=key )b']\n", "redact-pattern", 1, 10)]
    [InlineData("redact: ['(.)\\1']\n", "redact-pattern", 1, 10)]
    [InlineData("redact: ['(a{1000}){1000}']\n", "redact-pattern", 1, 10)]
    [InlineData("redact: ['a*']\n", "redact-pattern", 1, 10)]
    [InlineData("redact: ['\\b']\n", "redact-pattern", 1, 10)]
    [InlineData("redact: ['']\n", "redact-pattern", 1, 10)]
    [InlineData("redact: {a: b}\n", "list-expected", 1, 9)]
    public void What_nobody_could_obey_is_refused_with_its_place(string text, string rule, int line, int column)
    {
        var refusal = CharterReader.Read(text).Refusal!;

        Assert.Equal("charter-invalid", refusal.Code);
        var error = Assert.Single(refusal.Details["errors"]!.AsArray())!;
        Assert.Equal((rule, line, column), ((string)error["rule"]!, (int)error["line"]!, (int)error["column"]!));
    }

    [Fact]
    public void A_key_nearly_right_gets_a_suggestion() =>
        Assert.Contains("did you mean policy?", CharterReader.Read("polcy: {}\n").Refusal!.Message, StringComparison.Ordinal);

    [Fact]
    public void Patterns_of_secrets_are_bounded_in_length_and_number()
    {
        var most = string.Join(", ", Enumerable.Range(1, RedactionPattern.MaxCount).Select(number => $"key-{number}"));
        var longest = new string('x', RedactionPattern.MaxLength);

        Assert.Equal(RedactionPattern.MaxCount, CharterReader.Read($"redact: [{most}]\n").Data!.Redact.Length);
        Assert.Equal("charter-invalid", CharterReader.Read($"redact: [{most}, one-more, two-more]\n").Refusal!.Code);
        Assert.NotNull(CharterReader.ReadLocal($"redact: [{longest}]\n").Data);
        Assert.Equal("charter-invalid", CharterReader.ReadLocal($"redact: [{longest}x]\n").Refusal!.Code);
    }

    [Fact]
    public void Local_settings_know_their_own_keys()
    {
        var local = CharterReader.ReadLocal("policy: {lanes: 1}\nworktrees: /tmp/lanes\nredact: [shop-key]\n").Data!;

        Assert.Equal((1, "/tmp/lanes"), (local.Policy.Lanes, local.Worktrees));
        Assert.Equal(["shop-key"], local.Redact.AsEnumerable());
        Assert.Equal("charter-invalid", CharterReader.ReadLocal("checks: []\n").Refusal!.Code);
    }
}
