-- What a claim writes decides how many can be made in a second. A lease is known by its fence, which rises: new rows come to
-- the end of the table. Only live leases have a place among the live ones, only ended ones among the history, so a grant
-- writes no index of the other.

create table leases_by_fence (
    fence integer primary key,
    lease_id text not null,
    project text not null,
    task_id text not null,
    agent_id text not null references agents (agent_id),
    run_id text,
    definition_hash text not null,
    ttl_ms integer not null check (ttl_ms > 0),
    granted_at text not null,
    expires_at text not null,
    boot_id text not null,
    expires_boot_ms integer not null,
    ended_at text,
    end_reason text,
    check ((ended_at is null) = (end_reason is null))
);

insert into leases_by_fence
select fence, lease_id, project, task_id, agent_id, run_id, definition_hash, ttl_ms, granted_at, expires_at,
    boot_id, expires_boot_ms, ended_at, end_reason
from leases order by fence;

drop table leases;
alter table leases_by_fence rename to leases;

-- The database itself refuses a second live lease of a task, whatever the code does.
create unique index leases_live on leases (project, task_id) where ended_at is null;
create index leases_expiry on leases (boot_id, expires_boot_ms) where ended_at is null;
create index leases_ended on leases (project, task_id) where ended_at is not null;
create index leases_history on leases (agent_id) where ended_at is not null;

-- Without autoincrement, whose counter is a page of its own: a number is one more than the last, and what was forgotten is
-- remembered in events_from, so that still no number is used twice. No query went through the indexes.
create table events_by_seq (
    seq integer primary key,
    at text not null,
    type text not null,
    project text not null,
    agent_id text,
    task_id text,
    run_id text,
    data text not null
);

insert into events_by_seq select seq, at, type, project, agent_id, task_id, run_id, data from events order by seq;

insert into meta (name, value) select 'events_from', seq + 1 from sqlite_sequence where name = 'events' and not exists (select 1 from events)
on conflict (name) do update set value = max(cast(value as integer), excluded.value);

drop table events;
alter table events_by_seq rename to events;
