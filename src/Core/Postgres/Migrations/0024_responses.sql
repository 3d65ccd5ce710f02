-- Answers that OpenAI's clients go on from (/v1/responses). What the model said is the result of the job of the same id, and how it was asked
-- for is the job's answer_form.
create table responses (
  id          uuid primary key,
  client_id   uuid not null,
  -- The answer that this one goes on from.
  previous_id uuid,
  -- What the client added, as it sent it.
  input       json not null,
  created_at  timestamptz not null default now()
);

create index responses_created on responses (created_at);

-- As in 0012; but who is answered in OpenAI's shape is also told in it.
create or replace function deliver_job_webhook() returns trigger language plpgsql set timezone to 'UTC' as $$
declare
  -- Receivers are spared large bodies; they read the job instead. Standard Webhooks advises less than 20 kB.
  result_bytes_max constant integer := 16384;
  result_fits      boolean := octet_length(new.result::text) <= result_bytes_max;
  data             text;
  event            text;
begin
  if new.answer_form like '{"object":"response"%' then
    event := 'response.' || case new.state
      when 'succeeded' then case when new.result ->> 'finish_reason' = 'length' then 'incomplete' else 'completed' end
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
