-- Safe for older versions.
-- A client's own name of a document. The newest under a key is the one that it names: an older one is found until that is ready.
alter table documents add column key text;
create index documents_key on documents (client_id, key, id desc) where key is not null;

-- SHA-256 of the text: tells a client that it has sent the same before. Null for documents from before there was this.
alter table documents add column text_hash bytea;
create index documents_text on documents (client_id, text_hash, id) where text_hash is not null;
