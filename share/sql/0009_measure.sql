-- What tasks took and files were asked for, and looks at the last runs of an operation and at what
-- one key has under way.
alter table file add column md5 @text;
alter table file add column downloads @int not null default 0;
alter table task add column cpu_ms @int;
alter table task add column memory_bytes @int;
create index task_history on task (operation, completed_at) where state = 'completed';
create index task_held on task (caller, resource) where completed_at is null and resource <> 'light';
