-- Models that embedded something here. Vectors of two models can not be compared, so every vector says whose it is.
create table embedding_models (
  id         integer generated always as identity primary key,
  name       text not null,
  -- Tells two files of one name apart; empty for the model of a server.
  version    text not null,
  dimensions integer not null,
  -- When a worker last started with it: documents belong to the model with the latest.
  served_at  timestamptz not null default now(),
  unique (name, version, dimensions)
);

-- One row a client that ever had a document.
create table document_owners (
  client_id       uuid primary key,
  documents       integer not null,
  -- Moves with every change of the client's chunks. The lock of this row puts the changes in order, so whoever has read
  -- version N has missed nothing below it. That is what the vectors in memory are kept up to date by.
  version         bigint not null default 0,
  -- The version of the last deletion.
  deleted_version bigint not null default 0
);

create table documents (
  -- UUIDv7, and the id of the job that embeds it first.
  id            uuid primary key,
  client_id     uuid not null,
  -- The job that embedded it last, or is to.
  job_id        uuid not null,
  title         text,
  format        text not null,
  metadata      jsonb not null,
  text          text not null,
  -- Of the text in UTF-8.
  bytes         integer not null,
  created_at    timestamptz not null default now(),
  -- The model that has embedded every chunk; null until then.
  model_id      integer references embedding_models,
  embedded_at   timestamptz,
  -- The model that is at it, and the number of its chunks as that one cut them.
  next_model_id integer references embedding_models,
  chunks        integer,
  -- document_owners.version of its last change.
  version       bigint not null default 0
);

create index documents_client on documents (client_id, id desc);
create index documents_changed on documents (client_id, version);
create index documents_metadata on documents using gin (metadata jsonb_path_ops);
-- Which documents another model has to embed.
create index documents_model on documents (model_id) where next_model_id is null;

create table chunks (
  id          bigint generated always as identity primary key,
  document_id uuid not null references documents on delete cascade,
  client_id   uuid not null,
  model_id    integer not null,
  -- The place in the document, from 0.
  ordinal     integer not null,
  text        text not null,
  tokens      integer not null,
  -- English words by their stems, Hangul and Han by pairs of characters (SearchTerms).
  terms       tsvector not null,
  -- Of length 1. An array of PostgreSQL itself: pgvector indexes it where there is pgvector, and nobody misses it elsewhere.
  vector      real[] not null
);

-- Compressing vectors costs time and gains nothing.
alter table chunks alter column vector set storage external;
create unique index chunks_document on chunks (document_id, model_id, ordinal);
create index chunks_client on chunks (client_id, model_id);
create index chunks_terms on chunks using gin (terms);
