-- One account at one provider: its pace and whether it can be used, shared by all workers of all processes.
create table provider (
  account text primary key,
  name text not null,
  requests_per_second double precision not null check (requests_per_second > 0),
  next_slot_at timestamptz not null default app_now(),
  blocked_until timestamptz,
  blocked_reason text check (blocked_reason in ('quota', 'auth', 'down')),
  blocked_detail text,
  updated_at timestamptz not null default app_now(),
  check ((blocked_until is null) = (blocked_reason is null))
);

create table send (
  id uuid primary key default gen_random_uuid(),
  issue_id uuid not null references issue,
  newsletter_id uuid not null references newsletter,
  state text not null default 'scheduled'
    check (state in ('scheduled', 'preparing', 'sending', 'paused', 'sent', 'cancelled', 'missed')),
  scheduled_at timestamptz not null,
  grace interval not null default '6 hours',
  again boolean not null default false,
  pause_reason text check (pause_reason in ('operator', 'failure_rate', 'refused_whole')),
  recipients integer,
  idempotency_key text unique,
  request_hash text,
  created_at timestamptz not null default app_now(),
  prepared_at timestamptz,
  finished_at timestamptz,
  check ((state = 'paused') = (pause_reason is not null)),
  check (state in ('scheduled', 'preparing', 'cancelled', 'missed') or recipients is not null)
);
create index send_open on send (scheduled_at) where state in ('scheduled', 'preparing', 'sending', 'paused');
-- A second send of an issue needs `again`, and even then has to wait for the first to be done with.
create unique index send_once on send (issue_id) where not again and state not in ('cancelled', 'missed');
create unique index send_one_open on send (issue_id) where state in ('scheduled', 'preparing', 'sending', 'paused');

-- What goes out is pinned when the send is scheduled.
create table send_edition (
  send_id uuid not null references send on delete cascade,
  variant text not null,
  -- readers of this locale get this variant; null: everybody else
  locale text,
  edition_hash text not null references edition,
  primary key (send_id, variant)
);

create table batch (
  id uuid primary key default gen_random_uuid(),
  kind text not null check (kind in ('bulk', 'single')),
  newsletter_id uuid not null references newsletter,
  send_id uuid references send,
  number integer not null,
  variant text not null,
  edition_hash text not null references edition,
  state text not null default 'pending'
    check (state in ('pending', 'submitting', 'in_doubt', 'held', 'settled', 'cancelled', 'split')),
  generation integer not null default 1,
  -- the fence: whoever decides must hold the newest attempt
  attempt integer not null default 0,
  -- answers in a row that were no fault of ours to wait for; feeds the back-off
  setbacks integer not null default 0,
  not_before timestamptz not null default app_now(),
  worker text,
  lease_until timestamptz,
  in_doubt_since timestamptz,
  -- what the bytes are rebuilt from; there while the batch may be known to the provider
  frozen json,
  account text,
  held_reason text check (held_reason in ('bytes_changed', 'account_changed', 'key_mismatch', 'too_old', 'cancelled', 'not_idempotent')),
  parent_id uuid references batch,
  recipients integer not null check (recipients > 0),
  accepted integer not null default 0,
  refused integer not null default 0,
  uncertain integer not null default 0,
  skipped integer not null default 0,
  created_at timestamptz not null default app_now(),
  settled_at timestamptz,
  check ((kind = 'bulk') = (send_id is not null)),
  check (state not in ('submitting', 'in_doubt') or (frozen is not null and in_doubt_since is not null)),
  check ((state = 'submitting') = (lease_until is not null)),
  check ((state = 'held') = (held_reason is not null)),
  unique (send_id, number)
);
create index batch_due_bulk on batch (send_id, number) where state in ('pending', 'submitting', 'in_doubt');
create index batch_due_single on batch (not_before) where kind = 'single' and state in ('pending', 'in_doubt');
create index batch_lease on batch (lease_until) where state = 'submitting';
create index batch_doubt on batch (in_doubt_since) where state = 'in_doubt';
create index batch_parent on batch (parent_id) where parent_id is not null;

create table delivery (
  id uuid primary key default gen_random_uuid(),
  -- always its batch's, which refers to the send for both
  send_id uuid,
  batch_id uuid not null references batch,
  subscriber_id uuid references subscriber on delete set null,
  -- single mail: known from the start; bulk: recorded with the outcome
  address text,
  -- single mail: what its slots are filled with, besides what is known of the subscriber
  slot_values json,
  outcome text not null default 'planned'
    check (outcome in ('planned', 'submitting', 'accepted', 'refused', 'uncertain', 'skipped')),
  reason text,
  provider_message_id text,
  fate text check (fate in ('deferred', 'delivered', 'failed', 'suppressed', 'bounced', 'complained')),
  fate_at timestamptz,
  updated_at timestamptz not null default app_now(),
  check (outcome not in ('refused', 'uncertain', 'skipped') or reason is not null)
) with (fillfactor = 50); -- a row grows once, when its outcome is recorded: in place, without touching an index
-- One delivery a reader and send; leads with the reader, so that erasing one finds theirs.
create unique index delivery_once on delivery (subscriber_id, send_id);
create index delivery_batch on delivery (batch_id);
