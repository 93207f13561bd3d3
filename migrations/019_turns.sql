-- By how much slots were put off, since the row is there, because calls left late. Whoever leaves late knows by it what
-- others who were late at the same moment have put off already.
alter table provider add column postponed_ms double precision not null default 0;
