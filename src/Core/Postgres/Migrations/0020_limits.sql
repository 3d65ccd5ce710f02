-- What a client may use; null: as the options in section Limits say.
alter table clients
  add column requests_per_minute integer check (requests_per_minute > 0),
  -- With the broker or a worker at once; further ones wait.
  add column jobs_in_flight      integer check (jobs_in_flight > 0),
  add column waiting_jobs        integer check (waiting_jobs > 0),
  -- By UTC; counted for jobs that are accepted in the day or month, whenever they end.
  add column tokens_per_day      bigint check (tokens_per_day > 0),
  add column tokens_per_month    bigint check (tokens_per_month > 0),
  add column batch_jobs          integer check (batch_jobs > 0);

alter table jobs
  -- When its client would like to have the result; it goes before others of the client until then, and is done afterwards all the same.
  add column deadline      timestamptz,
  -- What it takes of its client's budgets: what is expected, and what was measured once it has succeeded. Null: the client has none.
  add column budget_tokens integer,
  -- The day (UTC) whose budgets it takes it from.
  add column budget_day    date;

-- That of its jobs, which all have the same.
alter table dispatches add column deadline timestamptz;

-- Who waits, and what is next of each: those with a deadline before those without.
drop index dispatches_waiting;
create index dispatches_waiting on dispatches (queue, client_id, ahead desc, deadline, id) where dispatched_at is null and due_at is null;

-- One row a client with a budget, and day and month in which it sent something. The lock of the rows puts the acceptance of jobs in order.
create table budgets (
  client_id uuid not null,
  period    text not null check (period in ('day', 'month')),
  -- The first day (UTC).
  starts    date not null,
  used      bigint not null default 0,
  -- For jobs that have not ended.
  reserved  bigint not null default 0,
  primary key (client_id, period, starts)
);

create index budgets_starts on budgets (starts);

-- What budgets have to be corrected by, written by whatever ends a job. The relay moves entries to the sums, and whoever accepts jobs
-- counts them in until then: so nobody who ends jobs waits for the lock of a budget.
create table budget_entries (
  id        bigint generated always as identity primary key,
  client_id uuid not null,
  day       date not null,
  used      bigint not null,
  -- Negative: given back.
  reserved  bigint not null
);

create index budget_entries_client on budget_entries (client_id);

-- A trigger, so that the reservation is settled by the very statement that ends the job, whichever that is, and jobs of clients without a
-- budget cost one comparison.
create function settle_job_budget() returns trigger language plpgsql set timezone to 'UTC' as $$
begin
  if new.finished_xid is not null then
    insert into budget_entries (client_id, day, used, reserved)
    values (new.client_id, new.budget_day, case when new.state = 'succeeded' then new.budget_tokens else 0 end, -old.budget_tokens);
  else
    -- Somebody retries it, maybe on another day.
    insert into budget_entries (client_id, day, used, reserved) values (new.client_id, current_date, 0, new.budget_tokens);
    update jobs set budget_day = current_date where id = new.id;
  end if;

  return null;
end
$$;

create trigger jobs_budget after update of finished_xid on jobs for each row
  when (new.budget_tokens is not null and new.finished_xid is distinct from old.finished_xid)
  execute function settle_job_budget();
