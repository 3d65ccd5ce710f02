-- The models that this worker does its kinds with: [{"kind","name","context_tokens"}].
alter table workers add column models json not null default '[]';
