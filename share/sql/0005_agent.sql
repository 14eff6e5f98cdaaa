-- Agents: named sets of operations with a limit, what they did, how they are set; health and alerts.
create table agent (
	name @id,
	state @text not null default 'active' check (state in ('active', 'paused', 'draining')),
	max_running @int not null check (max_running between 1 and 10000),
	heartbeat_at @time,
	round_at @time,
	tasks_completed @int not null default 0,
	errors @int not null default 0
) @strict;

create table agent_hour (
	agent @text not null,
	hour_at @time not null,
	completed @int not null default 0,
	failed @int not null default 0,
	run_ms @int not null default 0,
	primary key (agent, hour_at)
) @strict;

create table agent_log (
	seq @int not null primary key,
	agent @text not null,
	logged_at @time not null,
	action @text not null,
	detail @text
) @strict;
create index agent_log_agent on agent_log (agent, seq);
create index agent_log_time on agent_log (logged_at);

create table agent_config (
	version @int not null primary key,
	created_at @time not null,
	document @json not null,
	back_to @int
) @strict;

create table health (
	sampled_at @time not null primary key,
	state @text not null check (state in ('healthy', 'warning', 'critical')),
	score @real not null,
	cpu_percent @real not null,
	memory_percent @real not null,
	disk_percent @real not null,
	agents_score @real not null,
	services_score @real not null,
	errors_score @real not null,
	uptime_s @int not null
) @strict;

create table alert (
	rule @id,
	raised @int not null,
	streak @int not null,
	value @real not null,
	changed_at @time not null
) @strict;
