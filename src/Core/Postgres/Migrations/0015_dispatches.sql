-- The outbox becomes the backlog. A row is a message: it waits until the relay dispatches it in fair order, and stays while the
-- message is with the broker or in a worker's hands, until its jobs are done (docs/adr/2026-11-29-dispatch.md).
alter table outbox rename to dispatches;
alter table dispatches rename constraint outbox_pkey to dispatches_pkey;
alter table dispatches drop column bulk;
alter table dispatches alter column due_at drop not null, alter column due_at drop default;

alter table dispatches
  -- Whose jobs they are: all jobs of a message belong to one client.
  add column client_id     uuid,
  -- What the jobs are expected to take from the others, in tokens.
  add column cost          real not null default 0,
  -- Before the others of its client: it stood at the head already, or has waited its time.
  add column ahead         boolean not null default false,
  -- When it was handed to the broker; null while it waits.
  add column dispatched_at timestamptz,
  add column jobs          integer not null generated always as (1 + coalesce(cardinality(others), 0)) stored;

update dispatches d set client_id = j.client_id from jobs j where j.id = d.job_id;
delete from dispatches where client_id is null;
alter table dispatches alter column client_id set not null;

-- Rows of before have no message that anybody knows of: they wait.
update dispatches set due_at = null where due_at <= now();

-- Who waits, and what is next of each.
create index dispatches_waiting on dispatches (queue, client_id, ahead desc, id) where dispatched_at is null and due_at is null;
create index dispatches_delayed on dispatches (due_at) where due_at is not null;
-- How much of a queue is on its way.
create index dispatches_sent on dispatches (queue) where dispatched_at is not null;

alter table workers
  -- How many jobs of each of its queues it runs at once, in the order of queues.
  add column slots integer[] not null default '{}',
  -- The messages that have been in its hands for a while (dispatches.id): nobody sends them again.
  add column held  bigint[] not null default '{}';

-- A client's share of a queue that others wait for too.
alter table clients add column weight real not null default 1 check (weight > 0);
