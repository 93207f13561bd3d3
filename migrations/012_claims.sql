-- Written once, read when there is a doubt, gone with the outcome: compressing it cost more than writing it.
alter table batch alter column frozen set storage external;

-- How many more recipients of bulk mail fit without reaching into the tenth of a known quota that is kept for single
-- mail. Asked once a statement, where `reaches_reserve` was asked for every batch. A batch bigger than all of the rest
-- goes alone: while nothing is used, there is room for any.
create function bulk_room(of_account text) returns integer
language sql stable parallel safe
as $$
  select coalesce(min(floor(daily_limit * 0.9)::integer - daily_used), 2147483647)
  from provider
  where account = of_account and quota_resets_at > app_now() and daily_limit is not null and daily_used > 0
$$;
drop function reaches_reserve;
