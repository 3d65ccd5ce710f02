-- A client is whoever holds an API key. Keys have 256 random bits, so a plain SHA-256 protects them.
create table clients (
  id         uuid primary key,
  name       text not null,
  key_hash   bytea unique,
  created_at timestamptz not null default now(),
  revoked_at timestamptz
);

-- A name is free again once its key is revoked.
create unique index clients_name on clients (name) where revoked_at is null;

-- Whoever calls an API that has no keys and listens on loopback only.
insert into clients (id, name) values ('00000000-0000-0000-0000-000000000000', 'local');

-- One row a running worker process. Its lease is the one thing that tells whether the jobs it runs are alive:
-- renewing one row a worker is cheaper than renewing one a job.
create table workers (
  id          uuid primary key,
  host        text not null,
  lanes       text[] not null,
  started_at  timestamptz not null default now(),
  lease_until timestamptz not null
);

create table jobs (
  -- UUIDv7: sorts by time of acceptance.
  id          uuid primary key,
  -- No foreign keys: jobs outnumber everything else and are dropped by age.
  client_id   uuid not null,
  kind        text not null,
  lane        text not null,
  state       text not null default 'queued'
              check (state in ('queued', 'running', 'succeeded', 'failed', 'canceled', 'expired')),
  -- Starts so far; never goes back, so it fences results: the write of a stale attempt matches no row.
  attempt     integer not null default 0,
  -- Attempts that failed. A start that a deploy interrupted is not the job's fault and not counted here.
  failures    smallint not null default 0,
  -- Workers whose lease ran out while they ran it.
  deaths      smallint not null default 0,
  worker_id   uuid,
  created_at  timestamptz not null default now(),
  -- When it last began to wait: acceptance, retry, or the moment a delayed retry was written.
  queued_at   timestamptz not null default now(),
  due_at      timestamptz,
  started_at  timestamptz,
  finished_at timestamptz,
  expires_at  timestamptz,
  -- json, not jsonb: both are handed on as they came, in the order of their fields.
  input       json not null,
  result      json,
  error_code  text,
  error       text
);

create index jobs_client on jobs (client_id, id desc);
-- Depth and age of each lane.
create index jobs_queued on jobs (lane, queued_at) where state = 'queued';
-- The sweep asks whose worker is gone.
create index jobs_running on jobs (worker_id) where state = 'running';
create index jobs_expiring on jobs (expires_at) where state in ('queued', 'running') and expires_at is not null;
-- Drain rate and retention.
create index jobs_finished on jobs (finished_at) where finished_at is not null;

-- Dispatches that the broker has not confirmed yet, among them retries that are not due yet.
create table outbox (
  id     bigint generated always as identity primary key,
  job_id uuid not null,
  lane   text not null,
  due_at timestamptz not null default now()
);

create index outbox_due on outbox (due_at, id);

create table idempotency_keys (
  client_id    uuid not null,
  key          text not null,
  request_hash bytea not null,
  job_ids      uuid[] not null,
  created_at   timestamptz not null default now(),
  primary key (client_id, key)
);

create index idempotency_keys_created on idempotency_keys (created_at);
