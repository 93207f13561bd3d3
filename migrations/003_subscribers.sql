create table subscriber (
  id uuid primary key default gen_random_uuid(),
  address text not null,
  -- the address as it is compared: lower case, domain as A-labels
  address_key text not null unique,
  first_name text not null default '',
  attributes jsonb not null default '{}',
  locale text,
  time_zone text,
  created_at timestamptz not null default app_now(),
  updated_at timestamptz not null default app_now()
);

create index subscriber_newest on subscriber (created_at, id);

create table subscription (
  newsletter_id uuid not null references newsletter,
  subscriber_id uuid not null references subscriber on delete cascade,
  status text not null check (status in ('pending', 'confirmed', 'unsubscribed')),
  requested_at timestamptz not null default app_now(),
  confirmed_at timestamptz,
  unsubscribed_at timestamptz,
  -- confirmation mails sent since the last confirmation or departure
  confirmations_sent integer not null default 0,
  confirmation_sent_at timestamptz,
  primary key (newsletter_id, subscriber_id)
);
create index subscription_subscriber on subscription (subscriber_id);

-- What was said, when and how: only ever added to.
create table consent (
  id bigint generated always as identity primary key,
  newsletter_id uuid not null references newsletter,
  subscriber_id uuid references subscriber on delete set null,
  action text not null check (action in ('requested', 'confirmed', 'imported', 'unsubscribed', 'resubscribed')),
  source text not null,
  wording text,
  ip_hash text,
  user_agent text,
  at timestamptz not null default app_now()
);
create index consent_subscriber on consent (subscriber_id);

create table suppression (
  id uuid primary key default gen_random_uuid(),
  address_key text not null,
  -- null: for every newsletter
  newsletter_id uuid references newsletter,
  reason text not null check (reason in ('bounced', 'complained', 'manual', 'erased')),
  source text not null,
  created_at timestamptz not null default app_now()
);
create unique index suppression_once on suppression (address_key, coalesce(newsletter_id, '00000000-0000-0000-0000-000000000000'));
create index suppression_newest on suppression (created_at, id);
