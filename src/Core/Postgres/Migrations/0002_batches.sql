-- Jobs that one request brought. A batch is written with all its jobs in one transaction: it is there whole or not at all.
create table batches (
  -- UUIDv7: sorts by time of acceptance.
  id          uuid primary key,
  client_id   uuid not null,
  -- How many jobs it was accepted with; retention may have taken some of them since.
  items       integer not null,
  created_at  timestamptz not null default now(),
  canceled_at timestamptz
);

create index batches_client on batches (client_id, id desc);
create index batches_created on batches (created_at);

alter table jobs
  add column batch_id     uuid,
  -- The place in the request, from 0.
  add column batch_index  integer,
  -- The client's own name for the item, handed back with its result.
  add column client_key   text,
  -- The transaction that made the job final. Results are read in this order, and only those below every transaction still
  -- in flight: finished_at follows neither the order of commits nor, when a clock is set back, its own.
  add column finished_xid xid8;

-- Counts by state, what is left, what there is to cancel.
create index jobs_batch on jobs (batch_id, state) where batch_id is not null;
create index jobs_batch_results on jobs (batch_id, finished_xid, batch_index) where batch_id is not null and finished_xid is not null;

-- The key of a request that made a batch.
alter table idempotency_keys add column batch_id uuid;

-- A batch of 50,000 rows must not stand before a job that a person waits for. The ending is that of JobKind.Lane.
alter table outbox add column bulk boolean not null generated always as (lane like '%-bulk') stored;
drop index outbox_due;
create index outbox_due on outbox (bulk, due_at, id);
