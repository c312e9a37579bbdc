-- Runs: one row each, their ledger, their processes, and what people ask of a live one.

create table runs (
    run_id text primary key,
    project text not null,
    mission_id text not null,
    mission text not null,
    status text not null check (status in ('running', 'paused', 'completed', 'failed', 'aborted')),
    base_branch text not null,
    base_commit text not null,
    created_at text not null,
    stopped_at text,
    last_seq integer not null,
    last_hash text not null,
    integrated_commit text,
    engine_fence integer,
    engine_pid integer,
    engine_start integer,
    engine_boot text,
    engine_pid_namespace text,
    engine_machine text
) without rowid;

-- One run of a project goes on at a time, whatever the code does.
create unique index runs_active on runs (project) where status in ('running', 'paused');

-- The ledger is appended to and never changed; a line is kept as the bytes its hash was taken of.
create table ledger (
    run_id text not null references runs (run_id),
    seq integer not null,
    line text not null,
    primary key (run_id, seq)
) without rowid;

create table processes (
    process_id text primary key,
    run_id text not null references runs (run_id),
    agent_id text not null,
    role text not null,
    task_id text not null,
    attempt integer not null,
    lane integer not null,
    status text not null,
    command text not null,
    cwd text not null,
    host_pid integer,
    host_start integer,
    pid integer,
    start_ticks integer,
    boot_id text,
    pid_namespace text,
    started_at text not null,
    ended_at text,
    exit_code integer,
    cost_usd text,
    tokens integer
) without rowid;

create index processes_run on processes (run_id);
create index processes_live on processes (run_id) where ended_at is null;

create table run_controls (
    id integer primary key autoincrement,
    run_id text not null references runs (run_id),
    kind text not null check (kind in ('pause', 'abort', 'retry', 'skip')),
    actor text not null,
    task_id text,
    note text,
    asked_at text not null,
    answered_at text,
    refusal_code text,
    refusal_message text,
    refusal_hint text
);

create index run_controls_open on run_controls (run_id) where answered_at is null;
