-- Who is told of events, and where; the secrets that sign what they are told stand elsewhere.
create table subscription (
	id @id,
	caller @text not null,
	event @text not null,
	arguments @json not null,
	url @text not null,
	created_at @time not null,
	expires_at @time not null
) @strict;
create index subscription_event on subscription (event, expires_at);
create index subscription_expires on subscription (expires_at);

alter table callback add column subscription_id @text;
