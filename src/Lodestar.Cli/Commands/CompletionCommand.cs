using Lodestar.Core;

namespace Lodestar.Cli.Commands;

/// <summary><c>lodestar completion SHELL</c>: the script that makes a shell ask <c>lodestar __complete</c>.</summary>
internal static class CompletionCommand
{
    private static readonly string[] Shells = ["bash", "zsh", "fish", "pwsh"];

    /// <summary>Declares the verb.</summary>
    public static Verb Create()
    {
        var shell = Inputs.ChoiceArgument("shell", $"One of {string.Join(", ", Shells)}.", Shells);
        return new Verb<CompletionScript>("completion", "Prints the script that completes commands in a shell.")
        {
            Accepts = [shell],
            About = Explanation.Reads(
                "source <(lodestar completion bash)",
                "lodestar completion zsh > \"${fpath[1]}/_lodestar\"",
                "lodestar completion fish > ~/.config/fish/completions/lodestar.fish",
                "lodestar completion pwsh | Out-String | Invoke-Expression"),
            Data = static () => CliJson.Default.CompletionScript,
            Text = (page, data) => page.Raw(data.Script),
            Run = (given, _) => Task.FromResult(
                Outcome<CompletionScript>.Done(new(given.Get(shell)!, Script(given.Get(shell)!)))),
        };
    }

    private static string Script(string shell) => shell switch
    {
        "bash" => """
            _lodestar() {
                local words=() word
                mapfile -t words < <(lodestar __complete -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
                COMPREPLY=()
                for word in "${words[@]}"; do
                    printf -v word %q "$word"
                    COMPREPLY+=("$word")
                done
            }
            complete -o default -F _lodestar lodestar

            """,
        "zsh" => """
            #compdef lodestar
            _lodestar() {
                local -a found
                found=("${(@f)$(lodestar __complete -- "${(@)words[2,CURRENT]}" 2>/dev/null)}")
                if [[ -n "${found[*]}" ]]; then compadd -a found; else _files; fi
            }
            if [[ "${funcstack[1]}" == "_lodestar" ]]; then _lodestar "$@"; else compdef _lodestar lodestar; fi

            """,
        "fish" => """
            function __lodestar_complete
                set -l words (commandline -opc) (commandline -ct)
                lodestar __complete -- $words[2..-1] 2>/dev/null
            end
            complete -c lodestar -f -a '(__lodestar_complete)'

            """,
        "pwsh" => """
            Register-ArgumentCompleter -Native -CommandName lodestar -ScriptBlock {
                param($word, $ast, $position)
                $words = @($ast.CommandElements | Select-Object -Skip 1 | Where-Object { $_.Extent.EndOffset -lt $position } | ForEach-Object { "$_" })
                lodestar __complete -- @words "$word" 2>$null | ForEach-Object {
                    $text = if ($_ -match '^[\w./:-]+$') { $_ } else { "'" + $_.Replace("'", "''") + "'" }
                    [System.Management.Automation.CompletionResult]::new($text, $_, 'ParameterValue', $_)
                }
            }

            """,
        _ => throw new ArgumentOutOfRangeException(nameof(shell), shell, "There is no script for this shell."),
    };
}

/// <summary>A completion script.</summary>
/// <param name="Shell">The shell it is for.</param>
/// <param name="Script">The script, to be sourced.</param>
internal sealed record CompletionScript(string Shell, string Script);
