-- The record of decisions is only ever added to: a row may be sealed, once, and goes only where the
-- record was cut, which audit_prune() writes down under seal before.
create trigger audit_unchanged before update on audit
when old.mac is not null or new.mac is null or (new.seq, new.decided_at, new.caller, new.channel,
	new.operation, new.effect, new.decision, new.outcome, new.arguments_hash, new.n)
	is not (old.seq, old.decided_at, old.caller, old.channel, old.operation, old.effect,
	old.decision, old.outcome, old.arguments_hash, old.n)
begin
	select raise(abort, 'rows of the audit record are not changed');
end;
create trigger audit_undeleted before delete on audit
when old.seq > coalesce((select cast(substr(value, 1, instr(value, ' ')) as integer) from meta
	where name = 'audit_cut'), 0)
begin
	select raise(abort, 'rows of the audit record are not removed, but by audit prune');
end;
