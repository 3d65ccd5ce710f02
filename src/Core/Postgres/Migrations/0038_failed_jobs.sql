-- Safe for older versions.
-- One client's jobs that failed, in the order of its jobs: where few of many failed, they are found without a look at the others. Jobs that
-- succeed are never in it, so it costs them nothing.
create index jobs_failed on jobs (client_id, uuid_send(id) desc) where state = 'failed';
