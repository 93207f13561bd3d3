-- What operators did stays as it was written: nothing of it is changed or taken away, whoever asks.
create function keep_operator_log() returns trigger
language plpgsql
as $$
begin
  raise exception 'operator_log is only ever added to' using errcode = 'restrict_violation';
end $$;
create trigger operator_log_kept before update or delete or truncate on operator_log
for each statement execute function keep_operator_log();

-- Single mail that an operator may be asked about; there is no send to find it by.
create index batch_single_unclear on batch (id) where kind = 'single' and (refused > 0 or uncertain > 0);
