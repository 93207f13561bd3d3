-- API keys, kept as hashes: a key is shown once, when it is made.
create table api_key (
  id uuid primary key default gen_random_uuid(),
  name text not null,
  hash text not null unique check (hash ~ '^[0-9a-f]{64}$'),
  scopes text[] not null,
  created_at timestamptz not null default app_now(),
  last_used_at timestamptz,
  revoked_at timestamptz
);

-- Who was told what by an operator; only ever added to.
create table operator_log (
  id bigint generated always as identity primary key,
  send_id uuid references send,
  action text not null,
  detail jsonb not null default '{}',
  actor text not null,
  at timestamptz not null default app_now()
);
create index operator_log_send on operator_log (send_id, id);
