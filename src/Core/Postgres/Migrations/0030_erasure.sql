-- Whom a client did something for, by the client's own name for them: what is kept of one user can be listed, exported and erased.
alter table jobs add column user_id text;
alter table documents add column user_id text;

-- As in 0021: only the primary key holds a bare id.
create index jobs_user on jobs (client_id, user_id, uuid_send(id)) where user_id is not null;
create index documents_user on documents (client_id, user_id) where user_id is not null;

-- A user has one conversation that goes on by itself (0026), and any number that its client began and tagged.
alter table conversations add column is_tagged boolean not null default false;
drop index conversations_user;
create unique index conversations_user on conversations (client_id, user_id) where user_id is not null and not is_tagged;
create index conversations_tagged on conversations (client_id, user_id) where user_id is not null and is_tagged;

-- Jobs whose prompt quotes a document: they go with it.
create table job_sources (
  document_id uuid not null,
  job_id      uuid not null,
  primary key (document_id, job_id)
);

create index job_sources_job on job_sources (job_id);

-- An answer that is erased is quoted by those that went on from it.
create index responses_previous on responses (previous_id) where previous_id is not null;

alter table job_actions
  drop constraint job_actions_action_check,
  add constraint job_actions_action_check check (action in ('cancel', 'retry', 'erase')),
  -- What goes besides jobs: with a batch its files, with a user conversations and documents, with a client everything.
  add column scope   text not null default 'jobs' check (scope in ('jobs', 'batch', 'user', 'client')),
  -- Forgotten when the action ends.
  add column user_id text;

-- Nothing is left of it but its name, for the audit, and how much it used.
alter table clients add column erased_at timestamptz;

-- What retention asks for.
create index conversations_created on conversations (created_at);
create index documents_created on documents (created_at);

-- Jobs that failed and whose place another one took: they go with the conversation as well.
alter table conversation_messages add column replaced uuid[] not null default '{}';

-- Jobs of the batch that were erased: its files are written without them.
alter table file_batches add column erased integer not null default 0;

create index webhook_deliveries_batch on webhook_deliveries (batch_id) where batch_id is not null;
