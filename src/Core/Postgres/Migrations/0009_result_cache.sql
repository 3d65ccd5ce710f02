alter table jobs
  -- What the result depends on: client, kind, input, and the recipe of the worker that made it. Null unless the same would
  -- come out again. The jobs themselves are the cache: nothing is stored twice, and retention bounds it.
  add column cache_key   uuid,
  -- The job whose result this one was given when it was accepted.
  add column cached_from uuid;

-- With the time, so that the newest of equal ones is the first entry, whatever the planner thinks of their number.
create index jobs_cache on jobs (cache_key, finished_at) where cache_key is not null;

-- What a worker makes results with, by kind: a digest of model, prompt and options. Kinds whose results can not be made
-- again the same way are left out.
alter table workers add column recipes json not null default '{}';

-- A job that is accepted with its result is final at once.
create trigger jobs_webhook_accepted after insert on jobs for each row
  when (new.callback_url is not null and new.finished_xid is not null)
  execute function deliver_job_webhook();
