-- What operators hold back: nothing of it is dispatched, and workers start nothing of it that they hold.
create table pauses (
  scope     text not null check (scope in ('queue', 'kind', 'client')),
  name      text not null,
  -- Those of the queue or kind.
  queues    text[] not null default '{}',
  -- That of a client's pause.
  client_id uuid references clients (id),
  reason    text,
  paused_by uuid not null references clients (id),
  paused_at timestamptz not null default now(),
  primary key (scope, name)
);

alter table workers
  -- False while it loads its models: it says who it is, and takes nothing yet.
  add column ready      boolean not null default true,
  -- It was told to take nothing new.
  add column draining   boolean not null default false,
  -- When it had nothing left after that.
  add column drained_at timestamptz;

-- What people did to what is not theirs, or to many jobs at once. Written before it is done, so that nothing is done unseen.
create table audit (
  -- UUIDv7: sorts by time.
  id        uuid primary key,
  client_id uuid not null,
  action    text not null,
  target    text not null,
  details   json,
  -- HTTP's; null while it is being done, or where it was cut short.
  status    integer,
  -- How many jobs, where it was about jobs.
  affected  bigint
);

-- Jobs that are canceled or retried by a filter, page by page.
create table job_actions (
  -- That of its entry in audit.
  id           uuid primary key,
  action       text not null check (action in ('cancel', 'retry')),
  requested_by uuid not null references clients (id),
  -- Whose jobs; null: everybody's.
  client_id    uuid references clients (id),
  states       text[] not null,
  kind         text,
  error_code   text,
  -- Of jobs: from this one to the one before that.
  from_id      uuid not null,
  to_id        uuid not null,
  state        text not null default 'running' check (state in ('running', 'stopped', 'done')),
  -- Up to this one it is done. It goes up from from_id to to_id.
  next_id      uuid not null,
  changed      bigint not null default 0,
  created_at   timestamptz not null default now(),
  finished_at  timestamptz
);

create index job_actions_open on job_actions (id) where finished_at is null;
