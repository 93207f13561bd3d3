-- Suppressions that were lifted, by whom and why: only ever added to, and taken away only with a person who was erased.
create table suppression_lifted (
  id uuid primary key,
  address_key text not null,
  newsletter_id uuid references newsletter,
  reason text not null,
  source text not null,
  created_at timestamptz not null,
  lifted_at timestamptz not null default app_now(),
  lifted_by text not null,
  why text
);
create index suppression_lifted_newest on suppression_lifted (lifted_at, id);
create index suppression_lifted_address on suppression_lifted (address_key);

create function keep_lifted() returns trigger
language plpgsql
as $$
begin
  if tg_op = 'DELETE' and exists (select from erased where hash = erased_hash(old.address_key)) then
    return old;
  end if;
  raise exception 'suppression_lifted is only ever added to' using errcode = 'restrict_violation';
end $$;
create trigger suppression_lifted_kept before update or delete on suppression_lifted
for each row execute function keep_lifted();
create trigger suppression_lifted_not_emptied before truncate on suppression_lifted
for each statement execute function keep_lifted();
