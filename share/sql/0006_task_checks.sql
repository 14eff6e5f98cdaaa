-- The table of tasks once more, with checks that the engines evaluate word by word: SQLite builds a
-- table in memory for a list of words each time a row is written.
create table task_new (
	id @id,
	operation @text not null,
	arguments @json not null,
	state @text not null check (state = 'pending' or state = 'running' or state = 'completed'
		or state = 'scheduled' or state = 'blocked' or state = 'retrying'
		or state = 'paused' or state = 'failed' or state = 'dead_letter'
		or state = 'cancelled' or state = 'interrupted' or state = 'approval_pending'),
	channel @text not null,
	folder @text,
	priority @int not null default 5,
	agent @text not null default '',
	resource @text not null default 'light' check (resource = 'light' or resource = 'net'
		or resource = 'render'),
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
insert into task_new (id, operation, arguments, state, channel, folder, priority, agent, resource,
	unique_key, parent, created_at, run_at, started_at, completed_at, attempt, retries,
	max_retries, backoff, retry_delay_s, timeout_s, progress, stage, error_word, error_text,
	result, callback_url, metadata, caller, traceparent, lease_owner, lease_boot_id,
	lease_boot_ms)
	select id, operation, arguments, state, channel, folder, priority, agent, resource,
		unique_key, parent, created_at, run_at, started_at, completed_at, attempt, retries,
		max_retries, backoff, retry_delay_s, timeout_s, progress, stage, error_word,
		error_text, result, callback_url, metadata, caller, traceparent, lease_owner,
		lease_boot_id, lease_boot_ms from task;
drop table task;
alter table task_new rename to task;
create index task_created on task (created_at, id);
create index task_status on task (status, created_at, id);
create index task_operation on task (operation, created_at, id);
create index task_ready on task (resource, agent, priority, created_at, id) where state = 'pending';
create index task_due on task (run_at) where state = 'scheduled' or state = 'retrying';
create index task_running on task (agent, lease_owner) where state = 'running';
create index task_parent on task (parent, created_at, id) where parent is not null;
create index task_completed on task (completed_at) where completed_at is not null;
create unique index task_unique on task (unique_key) where unique_key is not null
	and completed_at is null;
