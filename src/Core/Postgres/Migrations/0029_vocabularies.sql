-- Safe for older versions.
-- The tokens of the models that workers have, by the hash of what is here: whoever accepts prompts counts with them. Some hundred KB a model.
create table vocabularies (
  id     text primary key,
  tokens bytea not null
);
