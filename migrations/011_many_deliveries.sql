-- Preparing a send writes a delivery for each reader at once. Foreign keys made two look-ups and two row locks of each,
-- which took most of that time; what they guarded is said in docs/decisions/0013-deliveries-without-foreign-keys.md.
alter table delivery drop constraint delivery_batch_id_fkey, drop constraint delivery_subscriber_id_fkey;

create function forget_reader() returns trigger
language plpgsql
as $$
begin
  update delivery set subscriber_id = null where subscriber_id = old.id;
  return null;
end
$$;
create trigger subscriber_gone after delete on subscriber for each row execute function forget_reader();

-- An id that sorts behind those made before it, and among its own transaction's by `counter` (RFC 9562, version 7): what
-- is written in this order lies in this order in the index. 40 bits are random.
create function ordered_id(counter bigint) returns uuid
language sql volatile parallel safe
as $$
  select (lpad(to_hex((extract(epoch from now()) * 1000)::bigint), 12, '0')
          || '7' || substr(lpad(to_hex(counter), 8, '0'), 1, 3)
          || '8' || substr(lpad(to_hex(counter), 8, '0'), 4, 5)
          || right(gen_random_uuid()::text, 10))::uuid
$$;
