-- The indexes of tasks without their ids: an id is longer than all else in an entry, and orders only
-- the few tasks that one millisecond brought, which a query sorts itself.
drop index task_created;
drop index task_status;
drop index task_operation;
drop index task_parent;
drop index task_ready;
create index task_created on task (created_at);
create index task_status on task (status, created_at);
create index task_operation on task (operation, created_at);
create index task_parent on task (parent, created_at) where parent is not null;
create index task_ready on task (resource, agent, priority, created_at) where state = 'pending';
