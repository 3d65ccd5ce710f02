-- Safe for older versions.
-- Where the trace of a job goes on, as W3C's traceparent: whoever sent it, the worker that runs it and the webhook that tells of it
-- are other processes. Null while nobody listens.
alter table jobs
  add column trace         text,
  -- That of the last attempt after which it waits again, which the next one names.
  add column attempt_trace text;
