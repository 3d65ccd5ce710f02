-- Not safe for older versions, which would take encrypted values for inputs and results.
-- Random keys that values are encrypted with, each itself encrypted with a master key that the database never sees
-- (docs/adr/2026-11-30-encryption.md). Whoever deletes a row here makes unreadable what was written with it.
create table encryption_keys (
  id         integer generated always as identity primary key,
  -- The day (UTC) from which it is written with. That of tomorrow is made today, so that every process knows it in time.
  day        date not null unique,
  -- Nonce, key and tag.
  wrapped    bytea not null,
  -- Tells the master key: how a digest of it begins.
  master     text not null,
  created_at timestamptz not null default now()
);

-- As in 0024; but it finds its way among encrypted values. They are text of the form pse1:KEY:BASE64[:WORD], in a column of JSON a string of
-- it. The word is what is said here of a value that nobody can read here. A payload holds them as they are: whoever delivers decrypts them.
create or replace function deliver_job_webhook() returns trigger language plpgsql set timezone to 'UTC' as $$
declare
  -- Receivers are spared large bodies; they read the job instead. Standard Webhooks advises less than 20 kB.
  result_bytes_max constant integer := 16384;
  -- What is encrypted is a third longer, and has a beginning and an end of at most 100 bytes.
  result_fits      boolean := octet_length(new.result::text) <= case when new.result::text like '"pse1:%' then result_bytes_max * 4 / 3 + 100 else result_bytes_max end;
  data             text;
  event            text;
begin
  if new.answer_form like '{"object":"response"%' or new.answer_form like 'pse1:%:response' then
    event := 'response.' || case new.state
      when 'succeeded' then case when new.result::text like '"pse1:%:cut"' or new.result ->> 'finish_reason' = 'length' then 'incomplete' else 'completed' end
      when 'canceled' then 'cancelled' else 'failed' end;
    insert into webhook_deliveries (client_id, job_id, url, type, payload)
    values (new.client_id, new.id, new.callback_url, event, json_build_object(
            'id', 'evt_' || uuid_by_time()::text, 'object', 'event', 'created_at', extract(epoch from new.finished_at)::bigint,
            'type', event, 'data', json_build_object('id', 'resp_' || new.id::text))::text);
    return null;
  end if;

  data := json_strip_nulls(json_build_object(
    'id', new.id, 'kind', new.kind, 'queue', new.queue, 'state', new.state, 'attempt', new.attempt,
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
