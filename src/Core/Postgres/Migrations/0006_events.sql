-- The address of whoever follows the job from its beginning, so that the worker that claims it sends even the first token
-- there. It goes stale with its process, which costs a worker a few messages for nobody.
alter table jobs add column watcher text;
