-- Jobs in partitions by the day of their acceptance (UTC), which is in the first 48 bits of their id. Old days are dropped
-- whole, which costs nothing however many jobs they had; deleting rows would cost as much as writing them did.
alter table jobs rename to jobs_unpartitioned;
alter table jobs_unpartitioned rename constraint jobs_pkey to jobs_unpartitioned_pkey;
drop index jobs_client, jobs_queued, jobs_running, jobs_expiring, jobs_finished, jobs_batch, jobs_batch_results;

create table jobs (like jobs_unpartitioned including defaults including constraints, primary key (id)) partition by range (id);

-- Each for one question; every further one would cost each job three writes.
create index jobs_client on jobs (client_id, id desc);
-- Depth and age of each lane.
create index jobs_queued on jobs (lane, queued_at) where state = 'queued';
-- The sweep asks whose worker is gone.
create index jobs_running on jobs (worker_id) where state = 'running';
create index jobs_expiring on jobs (expires_at) where state in ('queued', 'running') and expires_at is not null;
-- Drain rate, and whether a day has anything that is too young to go.
create index jobs_finished on jobs (finished_at) where finished_at is not null;
-- Counts by state, what is left, what there is to cancel.
create index jobs_batch on jobs (batch_id, state) where batch_id is not null;
create index jobs_batch_results on jobs (batch_id, finished_xid, batch_index) where batch_id is not null and finished_xid is not null;

-- Ids whose time no partition was made for: a clock that is days off. Nothing is refused for that.
create table jobs_default partition of jobs default;

insert into jobs select * from jobs_unpartitioned;
drop table jobs_unpartitioned;
