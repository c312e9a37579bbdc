#!/bin/sh
# A reviewer that speaks the agent protocol, version 1, in plain shell: it asks for a second line once, then approves.
# With jq this is shorter; without it, one field of a line of JSON is taken by name.
IFS= read -r command || exit 0

field() {
    printf '%s' "$command" | sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p"
}

event() { # name status summary
    printf '{"kind":"event","message_id":"evt-%s-%s","correlation_id":"%s","task_id":"%s","from":{"agent_type":"%s"},"event":"%s","status":"%s","payload":{"summary":"%s"},"occurred_at":"%s"}\n' \
        "$$" "$1" "$(field correlation_id)" "$(field task_id)" "$(field agent_type)" "$1" "$2" "$3" "$(date -u +%Y-%m-%dT%H:%M:%SZ)"
}

case $(field action) in
review)
    # The change under review is checked out here; base and head are in the command, too.
    if [ "$(wc -l < "made/$(field task_id).txt")" -ge 2 ]; then
        event review.completed approved 'Two lines, as it should be.'
    else
        event review.completed changes_requested 'Add a second line.'
    fi
    ;;
*)
    printf '{"kind":"log","level":"error","message":"I only review.","timestamp":"%s"}\n' "$(date -u +%Y-%m-%dT%H:%M:%SZ)"
    exit 1
    ;;
esac

# Leave when the input ends.
cat > /dev/null
