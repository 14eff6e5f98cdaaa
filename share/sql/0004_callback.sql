-- The outbox of callbacks: what the addresses that callers named are told, and how it went.
create table callback (
	id @id,
	task_id @text,
	event @text not null,
	url @text not null,
	origin @text not null,
	body @text not null,
	state @text not null check (state in ('pending', 'delivered', 'failed')),
	attempt @int not null default 0,
	first_attempt @int not null default 0,
	created_at @time not null,
	next_at @time not null,
	sent_at @time,
	done_at @time,
	http_status @int,
	response_ms @int,
	error @text
) @strict;
create index callback_due on callback (origin, next_at, id) where state = 'pending';
create index callback_done on callback (done_at) where state <> 'pending';
create index callback_created on callback (created_at, id);
create index callback_task on callback (task_id, id);

-- Where callbacks go: what waits for each, and its circuit breaker.
create table callback_origin (
	origin @id,
	pending @int not null default 0,
	failures @int not null default 0,
	open_until @time not null default 0,
	served_at @time not null default 0
) @strict;

-- Addresses whose answer was 410: nothing goes there until the owner says so.
create table callback_gone (
	url @id,
	since @time not null
) @strict;
