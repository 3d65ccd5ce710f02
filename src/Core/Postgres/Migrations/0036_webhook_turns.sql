-- Safe for older versions.
-- Whose deliveries are due: each client's are found without a look at those of others, however many another one has.
create index webhook_deliveries_turns on webhook_deliveries (client_id, due_at) where state = 'pending';
