-- One name a thing, the field's own: queue (was lane), conversation and message (were dialogue and turn), activity report (was
-- report), result fingerprint (was recipe), subscriber (was watcher).
alter table jobs rename column lane to queue;
alter table jobs rename column watcher to subscriber;
alter table outbox rename column lane to queue;
alter table workers rename column lanes to queues;
alter table workers rename column recipes to result_fingerprints;

alter table dialogues rename to conversations;
alter table conversations rename constraint dialogues_pkey to conversations_pkey;
alter index dialogues_client rename to conversations_client;

-- The kind is that of the jobs that answer.
alter table conversations drop constraint dialogues_kind_check;
update conversations set kind = 'chat' where kind = 'conversation';
alter table conversations add constraint conversations_kind_check check (kind in ('chat', 'interview'));

-- A message of the client, with the job that answers it.
alter table dialogue_turns rename to conversation_messages;
alter table conversation_messages rename column dialogue_id to conversation_id;
alter table conversation_messages rename column said to content;
alter table conversation_messages rename constraint dialogue_turns_pkey to conversation_messages_pkey;
alter table conversation_messages rename constraint dialogue_turns_job_id_key to conversation_messages_job_id_key;
alter table conversation_messages rename constraint dialogue_turns_dialogue_id_fkey to conversation_messages_conversation_id_fkey;

alter table reports rename to activity_reports;
alter table activity_reports rename column sessions to conversations;
alter table activity_reports rename constraint reports_pkey to activity_reports_pkey;
alter index reports_night rename to activity_reports_night;
alter index reports_client rename to activity_reports_client;
alter index reports_created rename to activity_reports_created;
alter index reports_waiting rename to activity_reports_waiting;
alter table activity_reports drop constraint reports_scope_check;
update activity_reports set scope = 'conversations' where scope = 'sessions';
alter table activity_reports add constraint activity_reports_scope_check check (scope in ('night', 'range', 'conversations'));

-- As in 0007, with the new name of the queue: a column is renamed under a function without its text being changed.
create or replace function deliver_job_webhook() returns trigger language plpgsql set timezone to 'UTC' as $$
declare
  -- Receivers are spared large bodies; they read the job instead. Standard Webhooks advises less than 20 kB.
  result_bytes_max constant integer := 16384;
  result_fits      boolean := octet_length(new.result::text) <= result_bytes_max;
  data             text;
begin
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
