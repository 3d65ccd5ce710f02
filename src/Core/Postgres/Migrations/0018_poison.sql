-- Of a poison candidate: how many jobs were suspected together when a worker last died. Half of them run together next.
alter table jobs add column suspects integer;

-- A report that cannot be made is tried a few times, while others are made; then it has failed, and says why.
alter table activity_reports
  add column attempts  smallint not null default 0,
  add column due_at    timestamptz,
  add column failed_at timestamptz,
  add column error     text;
