-- Safe for older versions.
-- A role may run as a user that owns nothing (docs/adr/2026-11-30-database-roles.md). What only the owner of the tables may do is done by
-- functions with the owner's rights, each of which does this one thing.

-- The least id of a day, as JobDays.Floor makes it.
create function job_day_floor(day date) returns uuid language sql immutable as $$
  select (lpad(to_hex(greatest(0, extract(epoch from day::timestamp) * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid
$$;

-- Attached, not created in place: that would lock the whole table. Jobs of the day that came before it was made move into it.
create function make_job_day(day date) returns void language plpgsql as $$
declare
  part constant text := 'jobs_' || to_char(day, 'YYYYMMDD');
  low  constant uuid := job_day_floor(day);
  high constant uuid := job_day_floor(day + 1);
begin
  execute format('create table %I (like jobs including defaults including constraints)', part);
  execute format('with strays as (delete from jobs_default where id >= %L and id < %L returning *) insert into %I select * from strays', low, high, part);
  execute format('alter table jobs attach partition %I for values from (%L) to (%L)', part, low, high);
end
$$;

-- Whether a day has a job that waits, runs, or ended after a moment. Three look-ups in indexes.
create function is_job_day_in_use(day date, since timestamptz) returns boolean language plpgsql as $$
declare
  part constant text := 'jobs_' || to_char(day, 'YYYYMMDD');
  used boolean;
begin
  execute format(
    'select exists (select from %1$I where state = ''queued'') or exists (select from %1$I where state = ''running'') or exists (select from %1$I where finished_at >= %2$L)',
    part, since) into used;
  return used;
end
$$;

-- Drops a day, unless it is in use; says whether it did. A conversation outlives its jobs: what they answered moves to its messages.
create function drop_job_day(day date, since timestamptz) returns boolean language plpgsql as $$
declare
  part constant text := 'jobs_' || to_char(day, 'YYYYMMDD');
  low  constant uuid := job_day_floor(day);
  high constant uuid := job_day_floor(day + 1);
begin
  -- The parent first, as every query does. From here to the commit nothing is retried that would be dropped.
  execute format('lock table only jobs, %I in access exclusive mode', part);
  if is_job_day_in_use(day, since) then
    return false;
  end if;

  execute format(
    'update conversation_messages m set result = answered.result from %I answered where m.job_id >= %L and m.job_id < %L and answered.id = m.job_id and answered.state = ''succeeded''',
    part, low, high);
  delete from job_steps where job_id >= low and job_id < high;
  delete from job_attempts where job_id >= low and job_id < high;
  delete from job_sources where job_id >= low and job_id < high;
  execute format('drop table %I', part);
  return true;
end
$$;

-- Leaves of a day the jobs that succeeded, without their inputs and steps, unless it is in use; says whether it did. They are copied beside
-- it while it is read: the check spares a look at each row when the copy takes its place.
create function reduce_job_day(day date, since timestamptz) returns boolean language plpgsql as $$
declare
  part    constant text := 'jobs_' || to_char(day, 'YYYYMMDD');
  copy    constant text := part || '_results';
  low     constant uuid := job_day_floor(day);
  high    constant uuid := job_day_floor(day + 1);
  results text;
begin
  execute format('lock table %I in share mode', part);
  if is_job_day_in_use(day, since) then
    return false;
  end if;

  -- In the order of the columns: a copy made like the table has the same, without those that were dropped.
  select string_agg(case attname when 'input' then quote_literal('{}') || '::json' else quote_ident(attname) end, ', ' order by attnum)
    into results from pg_attribute where attrelid = 'jobs'::regclass and attnum > 0 and not attisdropped;
  execute format('create table %I (like jobs including defaults including constraints including indexes)', copy);
  execute format('insert into %I select %s from %I where state = ''succeeded''', copy, results, part);
  execute format('alter table %I add constraint %I check (id >= %L and id < %L)', copy, copy || '_day', low, high);
  execute format('comment on table %I is ''results''', copy);
  delete from job_steps where job_id >= low and job_id < high;
  execute format('lock table only jobs, %I in access exclusive mode', part);
  execute format('drop table %I', part);
  execute format('alter table %I rename to %I', copy, part);
  execute format('alter table jobs attach partition %I for values from (%L) to (%L)', part, low, high);
  return true;
end
$$;

-- With the owner's rights, and on the tables of this schema whatever the caller's search path: a table of the same name that somebody else
-- made is never meant. The triggers among them, so that whoever ends a job need not be allowed to write deliveries, budgets and attempts.
do $$
declare
  routine text;
begin
  foreach routine in array array[
    'make_job_day(date)', 'is_job_day_in_use(date, timestamptz)', 'drop_job_day(date, timestamptz)', 'reduce_job_day(date, timestamptz)',
    'deliver_job_webhook()', 'settle_job_budget()', 'keep_job_attempt()']
  loop
    execute format('alter function %s security definer set search_path = %I, pg_temp', routine, current_schema());
    execute format('revoke execute on function %s from public', routine);
  end loop;
end
$$;
