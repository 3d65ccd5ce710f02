-- Jobs and messages are looked up by their ids, thousands a second, and an index that has the id behind other columns can serve such a
-- lookup as well: by reading all of it. That looks cheap while statistics say that the table is empty, as they do when they were taken
-- during a long insert, and a claim of 64 jobs takes seconds then. So only the primary keys hold a bare id; here it is an expression
-- with the same order.
drop index jobs_client;
create index jobs_client on jobs (client_id, uuid_send(id) desc);

drop index dispatches_waiting;
create index dispatches_waiting on dispatches (queue, client_id, ahead desc, deadline, (id + 0)) where dispatched_at is null and due_at is null;
