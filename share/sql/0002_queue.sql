-- The queue: tasks that wait, run, are tried again and end; what they need, what became of them,
-- what repeats, what was put in together, and what they did outside.
create table task_new (
	id @id,
	operation @text not null,
	arguments @json not null,
	state @text not null check (state in ('pending', 'scheduled', 'blocked', 'running', 'retrying',
		'paused', 'completed', 'failed', 'dead_letter', 'cancelled', 'interrupted',
		'approval_pending')),
	channel @text not null,
	folder @text,
	priority @int not null default 5,
	agent @text not null default '',
	resource @text not null default 'light' check (resource in ('light', 'net', 'render')),
	unique_key @text,
	parent @text,
	created_at @time not null,
	run_at @time,
	started_at @time,
	completed_at @time,
	attempt @int not null default 0,
	retries @int not null default 0,
	max_retries @int not null default 0,
	backoff @text not null default 'exponential',
	retry_delay_s @int not null default 5,
	timeout_s @int,
	progress @real not null default 0,
	stage @text,
	error_word @text,
	error_text @text,
	result @json,
	callback_url @text,
	metadata @json,
	caller @text,
	traceparent @text,
	lease_owner @text,
	lease_boot_id @text,
	lease_boot_ms @time,
	status @text not null generated always as (case state
		when 'running' then 'processing'
		when 'completed' then 'completed'
		when 'cancelled' then 'cancelled'
		when 'failed' then 'failed'
		when 'dead_letter' then 'failed'
		when 'interrupted' then 'failed'
		else 'pending' end) stored
) @strict;
insert into task_new (id, operation, arguments, state, channel, created_at, started_at,
	completed_at, progress, stage, error_word, error_text, result, lease_owner)
	select id, operation, arguments, state, channel, created_at, started_at, completed_at,
		progress, stage, error_word, error_text, result, owner from task;
drop table task;
alter table task_new rename to task;
create index task_created on task (created_at, id);
create index task_status on task (status, created_at, id);
create index task_operation on task (operation, created_at, id);
create index task_ready on task (resource, agent, priority, created_at, id) where state = 'pending';
create index task_due on task (run_at) where state in ('scheduled', 'retrying');
create index task_running on task (agent, lease_owner) where state = 'running';
create index task_parent on task (parent, created_at, id) where parent is not null;
create index task_completed on task (completed_at) where completed_at is not null;
create unique index task_unique on task (unique_key) where unique_key is not null
	and state not in ('completed', 'failed', 'dead_letter', 'cancelled', 'interrupted');

create table task_dependency (
	task_id @text not null,
	needs_id @text not null,
	primary key (task_id, needs_id)
) @strict;
create index task_dependency_needs on task_dependency (needs_id, task_id);

create table task_log (
	task_id @text not null,
	seq @int not null,
	at @time not null,
	action @text not null,
	detail @text,
	primary key (task_id, seq)
) @strict;
create index task_log_at on task_log (at);

create table schedule (
	id @id,
	name @text not null unique,
	every @text not null,
	operation @text not null,
	arguments @json not null,
	channel @text not null,
	folder @text,
	priority @int not null default 5,
	catch_up @text not null default 'once' check (catch_up in ('skip', 'once', 'all')),
	callback_url @text,
	caller @text,
	created_at @time not null,
	next_at @time not null,
	last_at @time,
	paused @bool not null default 0
) @strict;
create index schedule_due on schedule (next_at) where paused = 0;

create table batch (
	id @id,
	created_at @time not null,
	tasks @int not null
) @strict;

create table effect (
	key @id,
	task_id @text,
	step @text not null,
	state @text not null check (state in ('intent', 'done', 'unknown')),
	far_id @text,
	created_at @time not null,
	changed_at @time not null
) @strict;
create index effect_task on effect (task_id);
