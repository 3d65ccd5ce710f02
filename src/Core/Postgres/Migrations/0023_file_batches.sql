-- Files of clients: what batches are read from, and what they leave behind (docs/adr/2026-11-29-files.md).
create table files (
  -- UUIDv7: sorts by age.
  id         uuid primary key,
  client_id  uuid not null,
  purpose    text not null,
  filename   text not null,
  bytes      bigint not null,
  created_at timestamptz not null default now(),
  -- From then on nobody sees it; retention deletes it.
  expires_at timestamptz not null
);

create index files_client on files (client_id, id desc);
create index files_expires on files (expires_at);

-- Written while a file arrives, each piece in a transaction of its own; the row of the file comes last. Pieces without one are of uploads that
-- broke off, and retention deletes them. So there is no foreign key.
create table file_chunks (
  file_id uuid not null,
  number  integer not null,
  data    bytea not null,
  primary key (file_id, number)
);

-- Texts are read once or twice: to compress them would cost more than the disk.
alter table file_chunks alter column data set storage external;

-- Batches whose items are lines of a file (docs/adr/2026-11-29-file-batches.md). Once the lines are accepted, the row of the same id in batches
-- has their jobs.
create table file_batches (
  id                uuid primary key,
  client_id         uuid not null,
  endpoint          text not null,
  input_file_id     uuid not null,
  completion_window text not null,
  metadata          json,
  callback_url      text,
  -- How long its output is kept; null: as other files.
  output_seconds    integer,
  idempotency_key   text,
  request_hash      bytea,
  state             text not null default 'validating' check (state in
                    ('validating', 'failed', 'in_progress', 'finalizing', 'completed', 'expired', 'cancelling', 'cancelled')),
  -- When the next process looks at it that validates.
  due_at            timestamptz not null default now(),
  -- All lines; those that became no jobs; and, once it has ended, what became of all of them.
  lines             integer not null default 0,
  bad_lines         integer not null default 0,
  completed         integer not null default 0,
  failed            integer not null default 0,
  -- Why it failed as a whole: the code, and a sentence.
  error_code        text,
  error             text,
  error_line        integer,
  output_file_id    uuid,
  error_file_id     uuid,
  created_at        timestamptz not null default now(),
  expires_at        timestamptz not null,
  in_progress_at    timestamptz,
  finalizing_at     timestamptz,
  completed_at      timestamptz,
  failed_at         timestamptz,
  expired_at        timestamptz,
  cancelling_at     timestamptz,
  cancelled_at      timestamptz,
  -- Its client holds back what has not been sent to a worker.
  paused_at         timestamptz
);

create index file_batches_client on file_batches (client_id, id desc);
create index file_batches_open on file_batches (due_at) where state in ('validating', 'in_progress', 'finalizing', 'cancelling');
create index file_batches_created on file_batches (created_at);
create unique index file_batches_key on file_batches (client_id, idempotency_key) where idempotency_key is not null;

-- Lines that became no jobs, and why.
create table file_batch_errors (
  batch_id  uuid not null references file_batches (id) on delete cascade,
  -- From 0, blank lines not counted.
  line      integer not null,
  -- Null where the line has none that can be told.
  custom_id text,
  -- What its request would have been answered with; null where it is no request at all.
  status    integer,
  code      text not null,
  message   text not null,
  param     text,
  primary key (batch_id, line)
);

-- What the answer to a client needs beside input and result, such as the name by which a line asked for its model.
alter table jobs add column answer_form text;
