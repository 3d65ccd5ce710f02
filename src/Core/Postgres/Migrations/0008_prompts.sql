-- How kinds ask their models. Those that come with Pipeline belong to nobody; a client's prompt of the same kind, name and
-- language stands before them, for that client.
create table prompts (
  id             uuid primary key default uuid_by_time(),
  client_id      uuid,
  kind           text not null,
  name           text not null,
  language       text not null,
  -- The version in use. Going back moves this pointer; versions stay as they are, so a result's version says what made it.
  active_version integer not null,
  -- Where it is false, the prompt is as if it were not there.
  is_active      boolean not null default true,
  created_at     timestamptz not null default now(),
  unique nulls not distinct (client_id, kind, name, language)
);

create table prompt_versions (
  prompt_id  uuid not null references prompts on delete cascade,
  version    integer not null,
  system     text not null,
  -- Null where the client writes the user's messages.
  user_text  text,
  examples   json not null default '[]',
  created_at timestamptz not null default now(),
  primary key (prompt_id, version)
);
