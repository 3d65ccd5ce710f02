-- Ids that sort by time, as those that the API makes: UUIDv7 (RFC 9562), milliseconds before random bits.
create function uuid_by_time() returns uuid language sql volatile as $$
  select encode(
    set_bit(set_bit(
      overlay(uuid_send(gen_random_uuid())
        placing substring(int8send((extract(epoch from clock_timestamp()) * 1000)::bigint) from 3) from 1 for 6),
      52, 1), 53, 1), 'hex')::uuid
$$;

-- What a client's webhooks are signed with. Readable, because an HMAC needs the secret itself.
create table webhook_secrets (
  id         uuid primary key default uuid_by_time(),
  client_id  uuid not null,
  secret     bytea not null,
  created_at timestamptz not null default now(),
  -- Null for the current one. The one before it signs as well until then, so that receivers can change over.
  expires_at timestamptz
);

create index webhook_secrets_client on webhook_secrets (client_id);

-- URLs that answered something that concerns all webhooks to them; the others have no row.
create table webhook_endpoints (
  client_id    uuid not null,
  url          text not null,
  -- It answered 410 Gone: nothing is sent until the client replays a delivery.
  disabled_at  timestamptz,
  -- It is overloaded: nothing is sent before this.
  paused_until timestamptz,
  primary key (client_id, url)
);

create table webhook_deliveries (
  -- Also the webhook-id: the same in every attempt, so that receivers can tell a repeat.
  id           uuid primary key default uuid_by_time(),
  client_id    uuid not null,
  job_id       uuid,
  batch_id     uuid,
  url          text not null,
  -- job.STATE or batch.finished
  type         text not null,
  -- What is sent, byte by byte, in every attempt.
  payload      text not null,
  state        text not null default 'pending' check (state in ('pending', 'delivered', 'failed', 'disabled')),
  -- Starts so far; never goes back, so it fences what an attempt writes.
  attempts     integer not null default 0,
  -- Attempts that failed since the event or the last replay: the place in the retry schedule.
  failures     smallint not null default 0,
  -- The next attempt. While one is being made: when somebody else makes another, because its process is dead.
  due_at       timestamptz not null default now(),
  created_at   timestamptz not null default now(),
  attempted_at timestamptz,
  finished_at  timestamptz,
  -- Of the last attempt.
  status       smallint,
  error        text,
  response     text
);

create index webhook_deliveries_due on webhook_deliveries (due_at) where state = 'pending';
create index webhook_deliveries_client on webhook_deliveries (client_id, id desc);
create index webhook_deliveries_job on webhook_deliveries (job_id) where job_id is not null;
create index webhook_deliveries_finished on webhook_deliveries (finished_at) where finished_at is not null;

alter table jobs add column callback_url text;

-- A batch sends one webhook, when its last job is final. No statement that makes a job final can see that it was the last
-- one, because another may be committing: deliverers look at the batches of this index.
alter table batches
  add column callback_url text,
  add column called_at    timestamptz;

create index batches_callback on batches (id) where callback_url is not null and called_at is null;

-- A trigger, so that the delivery is written by the very statement that makes the job final, whichever that is, and jobs
-- without a callback cost one comparison (docs/adr/2026-11-21-webhooks.md).
create function deliver_job_webhook() returns trigger language plpgsql set timezone to 'UTC' as $$
declare
  -- Receivers are spared large bodies; they read the job instead. Standard Webhooks advises less than 20 kB.
  result_bytes_max constant integer := 16384;
  result_fits      boolean := octet_length(new.result::text) <= result_bytes_max;
  data             text;
begin
  data := json_strip_nulls(json_build_object(
    'id', new.id, 'kind', new.kind, 'lane', new.lane, 'state', new.state, 'attempt', new.attempt,
    'created_at', new.created_at, 'started_at', new.started_at, 'finished_at', new.finished_at,
    'error', case when new.error_code is not null then json_build_object('code', new.error_code, 'message', new.error) end,
    'result_omitted', case when not result_fits then true end,
    'links', json_build_object('self', '/api/jobs/' || new.id)))::text;
  if result_fits then
    -- As it stands, nulls included.
    data := left(data, -1) || ',"result":' || new.result::text || '}';
  end if;

  insert into webhook_deliveries (client_id, job_id, url, type, payload)
  values (new.client_id, new.id, new.callback_url, 'job.' || new.state,
          '{"type":"job.' || new.state || '","timestamp":' || to_json(new.finished_at) || ',"data":' || data || '}');
  return null;
end
$$;

create trigger jobs_webhook after update of finished_xid on jobs for each row
  when (new.callback_url is not null and new.finished_xid is not null and new.finished_xid is distinct from old.finished_xid)
  execute function deliver_job_webhook();
