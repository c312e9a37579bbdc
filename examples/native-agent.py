#!/usr/bin/env python3
"""A small agent that speaks the agent protocol, version 1, on standard input and output.

It takes any role: it writes a file as builder, approves as reviewer, and finds the specification true as spec maintainer.
Put your model where `work` is. Standard output belongs to the protocol; talk to people on standard error.
"""

import json
import os
import sys
import threading
import time
import uuid

START = time.monotonic()
OUTPUT = threading.Lock()


def now():
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


def send(message):
    # Heartbeats come from another thread: a line must be written whole.
    with OUTPUT:
        sys.stdout.write(json.dumps(message) + "\n")
        sys.stdout.flush()


def event(command, name, payload, status=None):
    """Answers a command: correlation, task and role are repeated as they came."""
    message = {
        "kind": "event",
        "message_id": "evt-" + uuid.uuid4().hex[:8],
        "correlation_id": command["correlation_id"],
        "task_id": command["task_id"],
        "from": {"agent_type": command["to"]["agent_type"]},
        "event": name,
        "payload": payload,
        "observed_version": command["version"],
        "occurred_at": now(),
    }
    if status is not None:
        message["status"] = status
    send(message)


def beat(command):
    """Says every 10 seconds that we live, also while a model thinks."""
    seq = 0
    while True:
        seq += 1
        send({
            "kind": "heartbeat",
            "agent": {"agent_type": command["to"]["agent_type"], "agent_id": os.environ.get("LODESTAR_AGENT_ID", "example")},
            "seq": seq,
            "status": "busy",
            "pid": os.getpid(),
            "uptime_s": int(time.monotonic() - START),
            "last_activity_at": now(),
            "task_id": command["task_id"],
        })
        time.sleep(10)


def work(command):
    """Builds: what the reviewer asked for last is in `findings`, everything else in the briefing."""
    inputs = command["inputs"]
    briefing = open(os.environ["LODESTAR_BRIEFING"], encoding="utf-8").read()
    event(command, "builder.progress", {"message": f"read {len(briefing)} characters of briefing"})
    path = os.path.join("made", command["task_id"] + ".txt")
    os.makedirs("made", exist_ok=True)
    with open(path, "a", encoding="utf-8") as file:
        file.write(inputs.get("findings", f"attempt {inputs['attempt']}") + "\n")
    return path


def answer(command):
    action = command["action"]
    if action in ("implement", "implement_changes"):
        path = work(command)
        # What lies in the lane is committed for us; "tests" is required, and "pass" the only word that passes.
        event(command, "builder.completed", {"summary": f"Wrote {path}.", "tests": {"status": "pass"}})
    elif action == "review":
        event(command, "review.completed", {"summary": "Looks right."}, status="approved")
    elif action == "update_spec":
        event(command, "spec.no_changes_needed", {"summary": "The documents are true."})
    else:
        event(command, "error", {"code": "unknown_action", "message": f"I do not know {action}."})


def main():
    line = sys.stdin.readline()
    if not line:
        return
    command = json.loads(line)
    threading.Thread(target=beat, args=(command,), daemon=True).start()
    try:
        answer(command)
    except Exception as failure:  # A failed action is an event, never silence.
        event(command, "error", {"code": "example_failed", "message": str(failure)})
        raise
    # The protocol's way to leave: when the input ends. What comes before is an answer to a broken line of ours.
    for line in sys.stdin:
        print(line.rstrip(), file=sys.stderr)


main()
