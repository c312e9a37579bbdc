#!/usr/bin/env bash
# Tests ./lodestar where users meet it: a fresh copy of the sources, an empty home, two first uses at once.
# Usage: tests/launcher.sh COPY     COPY: a folder that does not exist yet; the built copy stays there.
# The last line is "launcher: N passed, N failed". Restored packages are taken from the machine's cache.
set -uo pipefail
root=$(cd -P -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd) || exit 3
copy=$1
passed=0 failed=0

check() {
    local sentence=$1
    shift
    if "$@"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAILED: $sentence"
    fi
}
is_version() { [[ $1 =~ ^lodestar\ [0-9]+\.[0-9]+\.[0-9]+$ ]]; }
files() { (cd "$copy" && find . -path ./artifacts -prune -o -type f -print | LC_ALL=C sort | xargs sha256sum); }
launch() { env -u DOTNET_ROOT HOME="$copy.home" NUGET_PACKAGES="$packages" "$@" 2>>"$copy.talk"; }
refuses_without_dotnet() {
    local out status
    out=$(PATH=$copy.bin "$copy/lodestar" --version 2>&1)
    status=$?
    [ "$status" -eq 3 ] && [[ $out == *"no dotnet is on PATH"* ]] && [ "$(wc -l <<<"$out")" -eq 1 ]
}

packages=${NUGET_PACKAGES:-$HOME/.nuget/packages}
mkdir -p "$copy" "$copy.home" "$copy.bin" || exit 3
(cd "$root" && { git ls-files -co --exclude-standard -z 2>/dev/null || find . -name artifacts -prune -o -type f -print0; } |
    grep -zv '^tests/' | xargs -0 cp -P --parents -t "$copy") || exit 3
for tool in sh cat cut date dirname env find flock grep head ls ln mkdir mv readlink rm sed sha256sum sort tail touch tr uname xargs; do
    ln -s "$(command -v "$tool")" "$copy.bin/$tool"
done

check "without dotnet there is one clear sentence and exit 3" refuses_without_dotnet

before=$(files)
launch "$copy/lodestar" --version >"$copy.first" &
first=$!
second=$(launch "$copy/lodestar" --version)
wait "$first"
check "the first of two first uses works" is_version "$(cat "$copy.first")"
check "the second of two first uses works" is_version "$second"
check "two first uses build once" [ "$(ls -d "$copy"/artifacts/lodestar/????????????????-* | wc -l)" -eq 1 ]
check "every framework that was tried compiles" eval '! grep -E ": error (CS|CA|IDE|IL)" "$copy/artifacts/lodestar/build.log"'
check "a build changes no source file" [ "$before" = "$(files)" ]

talk=$(wc -l <"$copy.talk")
ln -s "$copy/lodestar" "$copy.bin/lodestar-link"
check "it works through a symbolic link from another directory" is_version "$(cd / && launch "$copy.bin/lodestar-link" --version)"
check "it works by a relative path" is_version "$(cd "$copy/src" && launch ../lodestar --version)"
touch "$copy/src/Lodestar.Cli/Program.cs"
check "a younger date alone builds nothing" is_version "$(launch "$copy/lodestar" --version)"
check "a built program starts without a word on stderr" [ "$talk" -eq "$(wc -l <"$copy.talk")" ]
check "exit codes pass through" eval '! launch "$copy/lodestar" no-such-command; [ $? -eq 0 ]'

[ "$failed" -eq 0 ] || sed 's/^/  /' "$copy.talk"
echo "launcher ($(cat "$copy/artifacts/lodestar/current/flavour" 2>/dev/null)): $passed passed, $failed failed"
[ "$failed" -eq 0 ]
