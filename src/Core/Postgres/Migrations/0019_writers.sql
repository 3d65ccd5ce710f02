-- By kind, the setting that has to name another model: kinds whose jobs this worker leaves to others, because its model cannot write.
alter table workers add column missing_writers json not null default '{}';
