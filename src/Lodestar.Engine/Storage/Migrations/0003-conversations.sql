-- What inboxes, the history of an agent and its events are looked up by.

create index messages_sender on messages (project, from_agent, seq);
create index messages_to_all on messages (project, seq) where task_id is null and to_agent is null;
create index leases_history on leases (agent_id, fence);
create index events_agent on events (agent_id, seq) where agent_id is not null;
