-- Mail that came in, as it came, and what was made of it. Stored first and read afterwards, so that none is lost.
create table inbound_mail (
  id uuid primary key default gen_random_uuid(),
  -- 'smtp', or the provider that took it in
  source text not null,
  -- the same however often it is handed over: a hash of the mail, or the provider's id
  source_id text not null,
  -- the address of ours that it came to
  recipient text not null,
  -- of the envelope; empty: it must not be answered; null: not known
  sender text,
  received_at timestamptz not null default app_now(),
  -- null: still to be fetched from the provider, or erased
  raw bytea,
  state text not null default 'received' check (state in ('received', 'applied', 'ignored', 'kept')),
  kind text check (kind in
    ('bounce', 'complaint', 'notice', 'leave', 'subscribe', 'confirm', 'auto_reply', 'loop', 'unknown')),
  reason text,
  detail text,
  attempts integer not null default 0,
  not_before timestamptz not null default app_now(),
  -- whom it is about, once that is certain; a reader who is gone takes no mail with them
  delivery_id uuid,
  newsletter_id uuid,
  subscriber_id uuid,
  address_key text,
  unique (source, source_id, recipient)
);
create index inbound_mail_newest on inbound_mail (received_at, id);
create index inbound_mail_state on inbound_mail (state, received_at, id);
create index inbound_mail_due on inbound_mail (not_before) where state = 'received';
create index inbound_mail_address on inbound_mail (address_key) where address_key is not null;
create index inbound_mail_subscriber on inbound_mail (subscriber_id) where subscriber_id is not null;
