-- The model files of a worker, loaded or not: [{"names","file","state","memory_mib",…}].
alter table workers add column model_files json not null default '[]';

-- Names of models that an operator moved to another file than the workers' settings say.
create table model_files (
  name     text primary key,
  path     text not null,
  moved_by uuid not null,
  moved_at timestamptz not null default now()
);
