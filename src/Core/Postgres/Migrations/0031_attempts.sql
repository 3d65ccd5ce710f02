-- Attempts that ended without a result, as long as their job is kept: who ran them, how long, and why they ended.
create table job_attempts (
  job_id     uuid not null,
  attempt    integer not null,
  -- The host of the worker; null: nobody knew it any more.
  worker     text,
  started_at timestamptz not null,
  ended_at   timestamptz not null default clock_timestamp(),
  -- What the job was then: queued again, failed, canceled or expired.
  state      text not null,
  -- Null: its worker died or gave it back.
  error_code text,
  error      text,
  primary key (job_id, attempt)
);

-- A trigger, because workers, sweeps, leases and clients end attempts, each with a statement of its own. Attempts that end with a result cost
-- one comparison: the job has all that there is to say of them.
create function keep_job_attempt() returns trigger language plpgsql as $$
begin
  insert into job_attempts (job_id, attempt, worker, started_at, state, error_code, error)
  values (old.id, old.attempt, (select host from workers where id = old.worker_id), old.started_at, new.state, new.error_code, new.error)
  on conflict do nothing;
  return null;
end
$$;

create trigger jobs_attempt after update of state on jobs for each row
  when (old.state = 'running' and new.state <> 'succeeded' and old.started_at is not null)
  execute function keep_job_attempt();
