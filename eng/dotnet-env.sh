# Sourced by the scripts that call dotnet, with $root set. Makes every build quiet, offline-friendly and free of
# leftovers: no telemetry, no build servers that outlive the script, no audit that needs the network.
if ! command -v dotnet >/dev/null 2>&1; then
    echo "lodestar: the .NET 10 SDK is needed to build Lodestar, and no dotnet is on PATH. Hint: https://dotnet.microsoft.com/download" >&2
    exit 3
fi

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_GENERATE_ASPNET_CERTIFICATE=false
export DOTNET_CLI_WORKLOAD_UPDATE_NOTIFY_DISABLE=true DOTNET_CLI_USE_MSBUILD_SERVER=0 MSBUILDDISABLENODEREUSE=1
export UseSharedCompilation=false NuGetAudit=false

# dotnet and NuGet keep caches under HOME and scratch files under TMPDIR; a sandbox may allow neither.
usable_directory() {
    [ -n "$1" ] && mkdir -p "$1" 2>/dev/null && [ -w "$1" ]
}
if ! usable_directory "${HOME:-}"; then
    export HOME="$root/artifacts/home"
    mkdir -p "$HOME"
fi
if ! usable_directory "${TMPDIR:-/tmp}"; then
    export TMPDIR="$root/artifacts/tmp"
    mkdir -p "$TMPDIR"
fi
