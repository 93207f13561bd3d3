-- The rules whose errors an operator let pass when the editions of a send were made.
alter table send add column allowed_checks text[] not null default '{}';
