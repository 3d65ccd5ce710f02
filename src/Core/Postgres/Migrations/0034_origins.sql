-- Safe for older versions.
-- The model that made the result, where somebody measured it. Lists that ask for one look at a bounded number of jobs, as they do for a kind:
-- an index would cost every job another write.
alter table jobs add column model text;
alter table job_actions add column model text;

-- The job of which this one is a repeat with changes. Few are, so that the index costs the others nothing.
alter table jobs add column resubmitted_from uuid;
create index jobs_resubmitted on jobs (resubmitted_from) where resubmitted_from is not null;

-- Keys are found by their beginnings as well, in the order of their bytes: the primary key then serves this, and compares faster.
alter table idempotency_keys alter column key type text collate "C";
