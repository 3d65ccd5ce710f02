-- Where a client's days begin and in which language its reports are written; null: as Reports:TimeZone and Reports:Language say.
alter table clients
  add column time_zone text,
  add column language  text check (language in ('ko', 'en'));

create table reports (
  -- UUIDv7: sorts by the time it was made or asked for.
  id             uuid primary key default uuid_by_time(),
  -- Null: of all clients together, and then without anything that one of them wrote.
  client_id      uuid,
  scope          text not null check (scope in ('night', 'range', 'sessions')),
  -- Days of the client's time zone, both included; null for sessions.
  first_day      date,
  last_day       date,
  -- Conversations and interviews; null for days.
  sessions       uuid[],
  time_zone      text not null,
  language       text not null,
  -- Counts and the ids of typical jobs, never what clients wrote. Null until it is made.
  figures        json,
  -- The job that sums up the figures in words, and what it answered, kept when retention deletes the job.
  summary_job_id uuid,
  summary        json,
  created_at     timestamptz not null default now()
);

-- Of two processes that make the same night one wins, and a night that is made again stays as it is.
create unique index reports_night on reports (client_id, first_day) nulls not distinct where scope = 'night';
create index reports_client on reports (client_id, id desc);
create index reports_created on reports (created_at);
-- What is asked for and not made yet.
create index reports_waiting on reports (id) where figures is null;

-- Recurring tasks as operators see them; the schedules themselves are in the scheduler's own store.
create table schedules (
  id               text primary key,
  description      text not null,
  cron             text not null,
  time_zone        text not null,
  next_run_at      timestamptz,
  -- While it is set, occurrences pass without a run.
  paused_at        timestamptz,
  -- Somebody asked for a run that has not begun.
  requested_at     timestamptz,
  last_started_at  timestamptz,
  last_finished_at timestamptz,
  last_outcome     text check (last_outcome in ('running', 'succeeded', 'failed', 'timed_out', 'interrupted')),
  last_error       text
);
