using Lodestar.TestKit;

namespace Lodestar.Cli.Tests.Crashes;

/// <summary>A task graph and its agents, made from a seed: equal seeds give equal trees whatever happens on the way.</summary>
/// <remarks>Every task writes one file that holds what its dependencies wrote, so a missing dependency shows. Chosen tasks
/// fail their first attempt, must revise, or have an agent that ignores SIGTERM and leaves a daemon behind while it works.</remarks>
internal sealed class GeneratedWork
{
    private readonly IReadOnlyList<(string Id, IReadOnlyList<string> Needs)> tasks;

    internal GeneratedWork(int seed, int count)
    {
        Seed = seed;
        var random = new Random(seed);
        var made = new List<(string, IReadOnlyList<string>)>();
        for (var number = 1; number <= count; number++)
        {
            // The first two have no dependency, so that two lanes are busy from the start.
            var needs = Enumerable.Range(1, number - 1).Where(_ => number > 2 && random.Next(3) == 0).Take(2);
            made.Add(($"T{number}", [.. needs.Select(need => $"T{need}")]));
        }

        tasks = made;
        Stubborn = $"T{random.Next(1, 3)}";
        Flaky = $"T{random.Next(2, count + 1)}";
        Revised = $"T{random.Next(1, count + 1)}";
    }

    internal int Seed { get; }

    internal IReadOnlyList<string> Ids => [.. tasks.Select(task => task.Id)];

    private string Stubborn { get; }

    private string Flaky { get; }

    private string Revised { get; }

    /// <summary>Makes the repository, with things of the user's that no run may touch.</summary>
    internal async Task<RunProject> CreateAsync()
    {
        var spec = tasks.Select(task => $"  {task.Id}: {{title: Task {task.Id}, depends_on: [{string.Join(", ", task.Needs)}]}}");
        var project = await RunProject.CreateAsync(string.Join('\n', spec), Charter);
        project.Script("builder", Builder());
        project.Script("reviewer", Reviewer());
        project.Script("maintainer", Maintainer());
        project.Repo.Write("SPEC.md", "# Spec\n\n## Log\n");
        await project.Repo.CommitAsync("the specification");
        var repo = project.Repo;
        repo.Write("stashed.txt", "for later\n");
        await repo.GitAsync("stash", "push", "--include-untracked", "-q");
        repo.Write("staged.txt", "not committed yet\n");
        await repo.GitAsync("add", "staged.txt");
        repo.Write("README.md", "hello, edited\n");
        repo.Write("untracked.txt", "mine\n");
        repo.Write(".git/hooks/pre-commit", "#!/bin/sh\nexit 1\n");
        return project;
    }

    private const string Charter = """
        policy: {lanes: 3, max_attempts: 3}
        checks:
          - {name: whole, run: test -d out && ! grep -rq broken out}
        profiles:
          builder: {adapter: exec, command: ["@/builder"]}
          reviewer: {adapter: exec, command: ["@/reviewer"]}
          spec_maintainer: {adapter: exec, command: ["@/maintainer"]}
        spec_documents: {SPEC.md: ["## Log"]}
        """;

    private string Builder()
    {
        var needs = tasks.Select(task => $"{task.Id}) needs=\"{string.Join(' ', task.Needs)}\" ;;");
        return $$"""
            set -eu
            id=$LODESTAR_TASK_ID
            case $id in {{string.Join(' ', needs)}} esac
            case $id@$(git symbolic-ref --short HEAD) in
            {{Flaky}}@*.1) echo lost > "lost-$id.txt"; exit 3 ;;
            {{Stubborn}}@*)
                trap '' TERM INT HUP
                note=$(mktemp)
                (setsid sh -c 'trap "" TERM; echo $$ > "$0"; exec sleep 600' "$note" >/dev/null 2>&1 </dev/null &)
                while [ ! -s "$note" ]; do sleep 0.02; done
                sleep 0.2 ;;
            esac
            mkdir -p out
            if [ -e "out/$id.txt" ]; then echo revised >> "out/$id.txt"; else
                echo "$id" > "out/$id.txt"
                for need in $needs; do cat "out/$need.txt" >> "out/$id.txt"; done
            fi
            case $id in {{Stubborn}}) kill -9 "$(cat "$note")" ;; esac
            """;
    }

    /// <summary>One task is written down, so that the order of merges does not show.</summary>
    private string Maintainer() => $$"""
        if [ "$LODESTAR_TASK_ID" = {{Flaky}} ]; then
            echo "- {{Flaky}}" >> SPEC.md
            echo 'VERDICT: updated'
        else
            echo 'VERDICT: no_changes_needed'
        fi
        """;

    private string Reviewer() => $$"""
        if [ "$LODESTAR_TASK_ID" = {{Revised}} ] && ! grep -q revised "out/{{Revised}}.txt"; then
            echo 'Say that it is revised.'
            echo 'VERDICT: changes_requested'
        else
            echo 'VERDICT: approved'
        fi
        """;
}
