-- Keys with which ASP.NET Core signs forms and cookies: every replica must know them. The XML holds them in the clear, as it does
-- in the home directory where they would lie otherwise.
create table data_protection_keys (
  name       text primary key,
  xml        text not null,
  created_at timestamptz not null default now()
);
