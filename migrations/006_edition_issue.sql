-- The web view shows an edition with the player and the perspectives of its issue's articles, test mails included.
alter table edition add column issue_id uuid references issue;
