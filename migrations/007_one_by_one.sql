-- A provider that takes one message at a time and cannot be asked about it again (SMTP): `submitting` on the delivery
-- says which messages of a batch may be out.
alter table batch add column one_by_one boolean not null default false;
-- how often the provider said "not now"
alter table delivery add column deferrals smallint;

-- A receiving domain that asked for less, and when the next message may go there.
create table provider_domain (
  account text not null references provider,
  domain text not null,
  until timestamptz not null,
  strikes integer not null default 1,
  primary key (account, domain)
);
