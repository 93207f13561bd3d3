-- Mail that greets a reader and that says goodbye, and whose addresses may subscribe (by domain; none: all).
alter table newsletter
  add column welcome_mail boolean not null default false,
  add column goodbye_mail boolean not null default false,
  add column allowed_domains text[] not null default '{}',
  add column denied_domains text[] not null default '{}';

-- Until then no send writes to them.
alter table subscription add column paused_until timestamptz;

-- What was shown, where, and which mail asked back; `detail` says what a later change was.
alter table consent
  add column wording_version text,
  add column form text,
  add column delivery_id uuid,
  add column detail jsonb;
alter table consent drop constraint consent_action_check;
alter table consent add check (action in (
  'requested', 'confirmed', 'imported', 'unsubscribed', 'resubscribed', 'paused', 'resumed', 'changed'
));

-- What was agreed to stays as it was written, and goes with its subscriber only.
alter table consent drop constraint consent_subscriber_id_fkey;
alter table consent
  add constraint consent_subscriber_id_fkey foreign key (subscriber_id) references subscriber on delete cascade;

create function keep_consent() returns trigger
language plpgsql
as $$
begin
  if tg_op = 'DELETE' and not exists (select from subscriber where id = old.subscriber_id) then
    return old;
  end if;
  raise exception 'consent is only ever added to' using errcode = 'restrict_violation';
end $$;
create trigger consent_kept before update or delete on consent for each row execute function keep_consent();
create trigger consent_not_emptied before truncate on consent for each statement execute function keep_consent();

-- Who was erased on request, as hashes: enough to recognise an address that an import or an event would bring back.
create table erased (hash bytea primary key);
create table erased_salt (salt bytea not null);
insert into erased_salt values (uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()));

create function erased_hash(address_key text) returns bytea
language sql stable parallel safe
as $$ select sha256(salt || sha256(salt || convert_to(address_key, 'UTF8'))) from erased_salt $$;

-- Its reader was erased: whatever is learned of it later, to whom it went is not written down again.
alter table delivery add column erased boolean;

-- How much was asked for lately by one address or network, by a keyed hash. Lost with a crash, which harms nobody.
create unlogged table request_count (
  key text primary key,
  requests integer not null,
  until timestamptz not null
);
create index request_count_until on request_count (until);
