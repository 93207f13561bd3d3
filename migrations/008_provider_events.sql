-- What providers told later, as it came. The bytes are kept, so that an event can be read and applied again.
create table provider_event (
  id uuid primary key default gen_random_uuid(),
  provider text not null,
  -- the provider's id of the event: the same however often it is told
  event_id text not null,
  type text,
  occurred_at timestamptz not null default app_now(),
  received_at timestamptz not null default app_now(),
  raw bytea not null,
  state text not null default 'received' check (state in ('received', 'early', 'applied', 'foreign', 'ignored')),
  -- why it is early, foreign or ignored
  reason text,
  not_before timestamptz not null default app_now(),
  -- whose it is, once that is certain; a delivery that is gone takes no event with it
  delivery_id uuid,
  address_key text,
  -- what it says about the address, and how far that has come: still to be done; counted until there are enough; done
  verdict text check (verdict in ('bounced', 'complained', 'provider', 'transient')),
  rule text check (rule in ('due', 'counting', 'done')),
  unique (provider, event_id),
  check ((verdict is null) = (rule is null)),
  check (rule is null or address_key is not null)
);
create index provider_event_newest on provider_event (received_at, id);
create index provider_event_state on provider_event (state, received_at, id);
create index provider_event_delivery on provider_event (delivery_id) where delivery_id is not null;
create index provider_event_due on provider_event (not_before) where state in ('received', 'early');
create index provider_event_rule on provider_event (id) where rule = 'due';
create index provider_event_counting on provider_event (address_key) where rule = 'counting';

-- How many deliveries of a send have which fate, kept up with every change of one.
create table send_fate (
  send_id uuid not null references send on delete cascade,
  fate text not null,
  deliveries integer not null,
  primary key (send_id, fate)
);

-- `provider`: it keeps the address on a list of its own.
alter table suppression drop constraint suppression_reason_check;
alter table suppression add check (reason in ('bounced', 'complained', 'manual', 'erased', 'provider'));
