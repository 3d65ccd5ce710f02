-- The user of the client whose only conversation this is, for clients that know users and no conversations; null: one that
-- its client began itself.
alter table conversations add column user_id text;

-- Of two first messages of a user that come at the same time one begins the conversation.
create unique index conversations_user on conversations (client_id, user_id) where user_id is not null;
