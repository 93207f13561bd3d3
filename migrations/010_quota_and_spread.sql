-- What is known of an account's quota of the day; a tenth of it is kept for single mail.
alter table provider
  add column daily_limit integer check (daily_limit > 0),
  add column daily_used integer not null default 0,
  add column quota_resets_at timestamptz,
  add column quota_asked_at timestamptz;

-- Whether so many more recipients of bulk mail would reach into that tenth. A batch bigger than all the rest goes alone.
create function reaches_reserve(of_account text, more integer) returns boolean
language sql stable parallel safe
as $$
  select exists (
    select
    from provider
    where account = of_account and quota_resets_at > app_now()
      and daily_used + least(more, floor(daily_limit * 0.9)) > floor(daily_limit * 0.9)
  )
$$;

-- The time over which a send's batches are spread; null: as fast as the provider takes them.
alter table send add column spread interval check (spread > interval '0');
