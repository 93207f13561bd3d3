-- Resent while nobody knew whether its reader had it: short of an acceptance, whatever comes next leaves that unknown.
alter table delivery add column doubtful boolean not null default false;
