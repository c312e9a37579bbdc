#!/bin/sh
# A spec maintainer without a protocol: exec-agent.sh BRIEFING_FILE. Its last line is its verdict.
set -eu
echo "I was told $(wc -l < "$1") lines." >&2
printf -- '- %s\n' "$LODESTAR_TASK_ID" >> CHANGES.md
echo 'The change log has one more line.'
echo 'VERDICT: updated'
