-- How a newsletter's mail looks; what is left out is as the theme has it.
alter table newsletter add column branding jsonb not null default '{}' check (jsonb_typeof(branding) = 'object');

-- How much of an article the mail shows; null: as its template does.
alter table issue add column excerpt text check (excerpt in ('full', 'excerpt'));

-- `de-AT` is German.
create function language_of(locale text) returns text
language sql immutable parallel safe
as $$ select lower(split_part(translate(locale, '_', '-'), '-', 1)) $$;

-- The language of the subscriber's locale; null: the newsletter's. It stands here too, so that preparing a send joins
-- nobody for it, and scheduling one finds the languages of a million readers by looking into an index a few times.
alter table subscription add column language text;

update subscription
set language = language_of(subscriber.locale)
from subscriber
where subscriber.id = subscription.subscriber_id and subscriber.locale is not null;

create index subscription_language on subscription (newsletter_id, language)
  where status = 'confirmed' and language is not null;

-- Both ways of writing a subscriber lock its row first, so neither trigger can miss what the other is about to commit.
create function subscription_takes_language() returns trigger
language plpgsql
as $$
begin
  new.language := (select language_of(locale) from subscriber where id = new.subscriber_id);
  return new;
end
$$;
create trigger subscription_takes_language before insert on subscription
for each row execute function subscription_takes_language();

create function subscriber_gives_language() returns trigger
language plpgsql
as $$
begin
  update subscription set language = language_of(new.locale) where subscriber_id = new.id;
  return null;
end
$$;
create trigger subscriber_gives_language after update of locale on subscriber
for each row when (old.locale is distinct from new.locale) execute function subscriber_gives_language();
