-- Finished files, tasks, and the counters that are kept in the transaction of each change.
create table file (
	id @id,
	name @text not null,
	path @text not null unique,
	media_type @text not null,
	bytes @int not null,
	sha256 @text not null,
	created_at @time not null,
	task_id @text,
	operation @text,
	metadata @json,
	state @text not null default 'present' check (state in ('present', 'missing'))
) @strict;
create index file_created on file (created_at, id);

create table task (
	id @id,
	operation @text not null,
	arguments @json not null,
	state @text not null check (state in ('running', 'completed', 'failed', 'interrupted')),
	channel @text not null,
	created_at @time not null,
	started_at @time,
	completed_at @time,
	progress @real not null default 0,
	stage @text,
	error_word @text,
	error_text @text,
	result @json,
	owner @text
) @strict;
create index task_created on task (created_at, id);
create index task_running on task (id) where state = 'running';

create table counter (
	name @id,
	n @int not null
) @strict;

create table meta (
	name @id,
	value @text not null
) @strict;
