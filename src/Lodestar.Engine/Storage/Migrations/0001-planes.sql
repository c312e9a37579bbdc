-- The runtime plane: who works, who holds what, how far each task is, what was said, what happened.
-- Times are RFC 3339 in UTC with six decimals, so that text order is time order. Structured values are JSON text.

create table meta (
    name text primary key,
    value not null
) without rowid;

create table agents (
    agent_id text primary key,
    display_name text,
    role text,
    capabilities text not null,
    session_meta text not null,
    registered_at text not null,
    last_seen_at text not null,
    left_at text
) without rowid;

-- History is kept: a lease ends, its row stays.
create table leases (
    lease_id text primary key,
    project text not null,
    task_id text not null,
    agent_id text not null references agents (agent_id),
    run_id text,
    fence integer not null unique,
    definition_hash text not null,
    ttl_ms integer not null check (ttl_ms > 0),
    granted_at text not null,
    expires_at text not null,
    boot_id text not null,
    expires_boot_ms integer not null,
    ended_at text,
    end_reason text,
    check ((ended_at is null) = (end_reason is null))
) without rowid;

-- The database itself refuses a second live lease of a task, whatever the code does.
create unique index leases_live on leases (project, task_id) where ended_at is null;
create index leases_task on leases (project, task_id, fence);
create index leases_agent on leases (agent_id) where ended_at is null;

-- A row exists once something happened to a task; until then the spec decides (see docs on effective status).
create table task_states (
    project text not null,
    task_id text not null,
    status text not null check (status in ('todo', 'ready', 'blocked', 'done', 'verified')),
    definition_hash text not null,
    changed_at text not null,
    completed_by text,
    completed_at text,
    verified_by text,
    verified_at text,
    primary key (project, task_id)
) without rowid;

create table messages (
    seq integer primary key autoincrement,
    message_id text not null unique,
    project text not null,
    task_id text,
    to_agent text references agents (agent_id),
    from_agent text not null,
    subject text,
    severity text,
    text text not null,
    created_at text not null
);

create index messages_task on messages (project, task_id, seq);
create index messages_recipient on messages (project, to_agent, seq) where to_agent is not null;

create table message_reads (
    message_id text not null references messages (message_id),
    agent_id text not null,
    read_at text not null,
    primary key (message_id, agent_id)
) without rowid;

-- Autoincrement: a number is never used again, so a reader that remembers one misses nothing.
create table events (
    seq integer primary key autoincrement,
    at text not null,
    type text not null,
    project text not null,
    agent_id text,
    task_id text,
    run_id text,
    data text not null
);

create index events_type on events (type, seq);
create index events_task on events (project, task_id, seq) where task_id is not null;
