-- Of a poison candidate: how many jobs were suspected together when a worker last died. Half of them run together next.
alter table jobs add column suspects integer;
