-- Whoever writes thousands of subscriptions with the language of their readers, whose rows are locked, need not have each
-- of them looked up again.
drop trigger subscription_takes_language on subscription;
create trigger subscription_takes_language before insert on subscription
for each row when (current_setting('pressroom.language_given', true) is distinct from 'on')
execute function subscription_takes_language();
