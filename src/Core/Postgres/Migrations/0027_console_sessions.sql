-- Browsers that are logged in. A session is one key's, and ends with it. Only a hash of what the cookie holds is kept: whoever
-- reads the table can act as nobody.
create table console_sessions (
  token_hash bytea primary key,
  key_id     uuid not null references api_keys (id) on delete cascade,
  expires_at timestamptz not null
);

create index console_sessions_expired on console_sessions (expires_at);

-- To retry what failed of a batch.
alter table job_actions add column batch_id uuid;
