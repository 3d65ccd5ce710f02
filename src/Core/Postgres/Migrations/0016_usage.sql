-- What jobs took, as workers write it: one row a group of results, client, kind and model, so that no two workers want the same row.
create table usage_entries (
  id                bigint generated always as identity primary key,
  client_id         uuid not null,
  queue             text not null,
  kind              text not null,
  model             text not null,
  jobs              integer not null,
  prompt_tokens     bigint not null,
  -- Those of the prompt that were shared with other jobs.
  cached_tokens     bigint not null,
  completion_tokens bigint not null,
  worker_seconds    double precision not null,
  -- What they were charged when they were dispatched, in tokens.
  estimated         double precision not null,
  created_at        timestamptz not null default now()
);

-- The sums, by day (UTC). The relay moves entries here, and corrects the shares of clients by them.
create table usage (
  day               date not null,
  client_id         uuid not null,
  kind              text not null,
  model             text not null,
  jobs              bigint not null,
  prompt_tokens     bigint not null,
  cached_tokens     bigint not null,
  completion_tokens bigint not null,
  worker_seconds    double precision not null,
  primary key (client_id, day, kind, model)
);
