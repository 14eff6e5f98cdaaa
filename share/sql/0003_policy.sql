-- Who may call, what was answered under which idempotency key, and what was decided.
create table api_key (
	id @id,
	name @text not null,
	role @text not null check (role in ('viewer', 'operator', 'sender', 'admin')),
	scopes @text,
	hash @text not null,
	rate @int not null,
	created_at @time not null,
	expires_at @time,
	revoked_at @time,
	replaced_by @text
) @strict;
create unique index api_key_name on api_key (name) where revoked_at is null and replaced_by is null;

create table idempotency (
	caller @text not null,
	operation @text not null,
	name @text not null,
	arguments_hash @text not null,
	state @text not null check (state in ('running', 'done')),
	replies @json,
	owner @text,
	created_at @time not null,
	primary key (caller, operation, name)
) @strict;
create index idempotency_created on idempotency (created_at);

create table audit (
	seq @int not null primary key,
	decided_at @time not null,
	caller @text not null,
	channel @text not null,
	operation @text not null,
	effect @text not null,
	decision @text not null,
	outcome @text,
	arguments_hash @text,
	n @int not null,
	mac @text
) @strict;
