create table newsletter (
  id uuid primary key default gen_random_uuid(),
  slug text not null unique check (slug ~ '^[a-z0-9](-?[a-z0-9])*$' and length(slug) <= 64),
  name text not null check (name <> ''),
  from_name text not null,
  from_address text not null,
  reply_to text,
  postal_address text not null,
  homepage text,
  locale text not null default 'en',
  time_zone text not null default 'UTC',
  created_at timestamptz not null default app_now(),
  updated_at timestamptz not null default app_now()
);

create table article (
  id uuid primary key default gen_random_uuid(),
  headline text not null,
  document jsonb not null,
  created_at timestamptz not null default app_now(),
  updated_at timestamptz not null default app_now()
);

create table issue (
  id uuid primary key default gen_random_uuid(),
  newsletter_id uuid not null references newsletter,
  number integer not null check (number > 0),
  subject text not null check (subject <> ''),
  preheader text not null,
  template text not null,
  created_at timestamptz not null default app_now(),
  updated_at timestamptz not null default app_now(),
  unique (newsletter_id, number)
);

create table issue_article (
  issue_id uuid not null references issue on delete cascade,
  position integer not null check (position >= 0),
  article_id uuid not null references article,
  primary key (issue_id, position)
);

-- Immutable and addressed by content: the same rendering is stored once, however many sends use it.
create table edition (
  hash text primary key check (hash ~ '^[0-9a-f]{64}$'),
  document json not null,
  created_at timestamptz not null default app_now()
);
