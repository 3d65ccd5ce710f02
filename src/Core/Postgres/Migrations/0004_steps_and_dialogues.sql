-- What a long job has finished so far: another attempt, on whichever worker, goes on from here.
create table job_steps (
  job_id     uuid not null,
  -- From 0; its meaning is the kind's.
  step       integer not null,
  result     json not null,
  created_at timestamptz not null default now(),
  primary key (job_id, step)
);

-- How many steps the job has in all; null for jobs without steps.
alter table jobs add column steps integer;

-- Conversations and interviews: turns, each of which is a job.
create table dialogues (
  -- UUIDv7: sorts by time of creation.
  id         uuid primary key,
  client_id  uuid not null,
  kind       text not null check (kind in ('conversation', 'interview')),
  -- What was decided when it began: the system prompt, or topic, phases and limits.
  settings   json not null,
  created_at timestamptz not null default now()
);

create index dialogues_client on dialogues (client_id, kind, id desc);

create table dialogue_turns (
  dialogue_id uuid not null references dialogues on delete cascade,
  -- From 0, without gaps.
  position    integer not null,
  -- What the client said; null where the model begins.
  said        text,
  -- The job that answers. A turn is written in the transaction that accepts its job.
  job_id      uuid not null unique,
  -- What the job answered, kept when retention deletes the job; until then the job has it.
  result      json,
  created_at  timestamptz not null default now(),
  primary key (dialogue_id, position)
);
