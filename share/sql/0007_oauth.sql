-- OAuth 2.1: clients, the codes by which the owner proves himself, his grants, and their tokens.
create table oauth_client (
	id @id,
	name @text not null,
	redirects @json not null,
	auth @text not null check (auth in ('none', 'client_secret_basic', 'client_secret_post')),
	secret_hash @text,
	created_at @time not null,
	fetched_at @time
) @strict;
create index oauth_client_created on oauth_client (created_at);

create table oauth_pairing (
	id @id,
	hash @text not null,
	wrong @int not null default 0,
	expires_at @time not null
) @strict;

create table oauth_grant (
	id @id,
	client @text not null,
	name @text not null,
	role @text not null check (role in ('viewer', 'operator', 'sender', 'admin')),
	scopes @text,
	resource @text not null,
	created_at @time not null,
	used_at @time,
	revoked_at @time
) @strict;
create index oauth_grant_client on oauth_grant (client);

create table oauth_token (
	id @id,
	grant_id @text not null,
	kind @text not null check (kind in ('code', 'access', 'refresh')),
	hash @text not null,
	role @text not null check (role in ('viewer', 'operator', 'sender', 'admin')),
	scopes @text,
	redirect @text,
	challenge @text,
	made_of @text,
	state @text not null default 'good' check (state in ('good', 'used', 'replaced')),
	used_at @time,
	expires_at @time not null
) @strict;
create index oauth_token_grant on oauth_token (grant_id);
create index oauth_token_made_of on oauth_token (made_of);
create index oauth_token_expires on oauth_token (expires_at);
