-- How many requests clients with a limit made in the minute, told by all API processes. Nobody misses it after a crash.
create unlogged table request_rates (
  client_id uuid primary key references clients (id) on delete cascade,
  minute    timestamptz not null,
  requests  integer not null
);

-- Jobs that a retry by filter left as they are because the budget of their client does not hold them.
alter table job_actions add column refused bigint not null default 0;
