-- The time that decides anything: due, leases, grace, the 23 hours. One function, so that every statement agrees on it
-- and a test can move it.
create function app_now() returns timestamptz
language sql stable parallel safe
as $$ select statement_timestamp() $$;
