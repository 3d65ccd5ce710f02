-- Safe for older versions.
-- What jobs of each kind take, so that the next ones are charged that before they ran: by the shares of clients, and by budgets. Running sums
-- over about the last thousand jobs of a kind, which the relay makes of usage_entries; all processes that accept jobs read them.
create table kind_costs (
  kind              text primary key,
  jobs              double precision not null default 0,
  -- What the lengths of their inputs said, in tokens.
  estimated         double precision not null default 0,
  prompt_tokens     double precision not null default 0,
  -- Those of the prompts that were shared with other jobs.
  cached_tokens     double precision not null default 0,
  completion_tokens double precision not null default 0,
  worker_seconds    double precision not null default 0
);
