-- The record of decisions is only ever added to: a row may be sealed, once, and goes only where the
-- record was cut, which audit_prune() writes down under seal before.
create function audit_unchanged() returns trigger language plpgsql as $$
begin
	raise exception 'rows of the audit record are not changed';
end
$$;
create function audit_undeleted() returns trigger language plpgsql as $$
begin
	if old.seq > coalesce((select cast(split_part(value, ' ', 1) as bigint) from meta
		where name = 'audit_cut'), 0) then
		raise exception 'rows of the audit record are not removed, but by audit prune';
	end if;
	return old;
end
$$;
create trigger audit_unchanged before update on audit for each row
when (old.mac is not null or new.mac is null or (new.seq, new.decided_at, new.caller, new.channel,
	new.operation, new.effect, new.decision, new.outcome, new.arguments_hash, new.n)
	is distinct from (old.seq, old.decided_at, old.caller, old.channel, old.operation,
	old.effect, old.decision, old.outcome, old.arguments_hash, old.n))
execute function audit_unchanged();
create trigger audit_undeleted before delete on audit for each row
execute function audit_undeleted();
