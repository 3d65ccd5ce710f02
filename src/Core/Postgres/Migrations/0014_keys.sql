-- What a client may do; each role includes the ones before it: its own work, steering for everybody, keys.
alter table clients add column role text not null default 'client' check (role in ('client', 'operator', 'admin'));

-- A client has more than one key while a new one replaces the last. clients.revoked_at stays: from then on the client has no key
-- in force, its name is free, and no more nights are reported on.
create table api_keys (
  -- UUIDv7: sorts by age.
  id           uuid primary key,
  client_id    uuid not null references clients (id),
  -- Keys have 256 random bits, so a plain SHA-256 protects them.
  key_hash     bytea not null unique,
  -- How the key begins, so that people can tell two of one client apart; null where only the hash was kept.
  prefix       text,
  created_at   timestamptz not null default now(),
  expires_at   timestamptz,
  -- Up to a minute late.
  last_used_at timestamptz,
  revoked_at   timestamptz
);

create index api_keys_client on api_keys (client_id);

-- Client and key were made together, so the one's id has the age of the other.
insert into api_keys (id, client_id, key_hash, created_at, revoked_at)
select id, id, key_hash, created_at, revoked_at from clients where key_hash is not null;

-- Until now every key could do everything. Somebody has to be able to say who still may.
update clients set role = 'admin'
 where id = (select client_id from api_keys where revoked_at is null order by created_at, id limit 1);

alter table clients drop column key_hash;
