/* Agents: what they may take and did; health, alerts, usage, durations. */
#include <sys/stat.h>
#include <unistd.h>

#include "lib/agent/config.h"
#include "lib/base/clock.h"
#include "lib/model/agent.h"
#include "lib/model/agent_config.h"
#include "lib/model/health.h"
#include "lib/os/file.h"
#include "lib/os/lock.h"
#include "lib/os/usage.h"
#include "lib/store/store.h"
#include "lib/text/duration.h"
#include "tests/unit/folder.h"
#include "tests/unit/unit.h"

static void with_store(struct call *c)
{
	c->store_path = arena_printf(&c->arena, "%s/trae.db", test_folder(c));
	CHECK_OK(store_open(c));
	CHECK_OK(agent_register(c));
}

static void add_task(struct call *c, const char *id, const char *agent)
{
	CHECK_OK(store_run(c, SQL("insert into task (id, operation, arguments, state, channel, agent,"
		" created_at) values ($1, 'status', '{}', 'running', 'shell', $2, 1)"),
		PARAMS(id, agent), NULL));
}

/* Ends the task as the queue does: its state and the agent's numbers in one transaction. */
static enum fail end_task(struct call *c, const char *id, const char *agent, enum fail ended)
{
	enum fail f;

	TRY(store_begin(c));
	f = store_run(c, SQL("update task set state = 'completed' where id = $1"), PARAMS(id), NULL);
	if (f == FAIL_NONE)
		f = agent_task_ended(c, agent, id, ended, 2000);
	return store_end(c, f);
}

TEST(every_operation_has_at_most_one_agent)
{
	for (size_t i = 0; agent_table[i]; i++)
		for (const char *const *p = agent_table[i]->operations; *p; p++)
			CHECK_TEXT(agent_for_operation(*p), agent_table[i]->name);
	CHECK(!agent_for_operation("no such operation"));
	(void)c;
}

TEST(ends_are_counted)
{
	struct agent_state s;

	with_store(c);
	add_task(c, "one", "content");
	add_task(c, "two", "content");
	add_task(c, "three", "content");
	add_task(c, "four", "content");
	CHECK_OK(agent_state_of(c, "ContentAgent", &s));
	CHECK(s.running == 4);
	CHECK_OK(end_task(c, "one", "content", FAIL_NONE));
	CHECK_OK(end_task(c, "two", "content", FAIL_REMOTE));
	CHECK_OK(end_task(c, "three", "content", FAIL_INTERRUPTED));
	CHECK_OK(agent_state_of(c, "content", &s));
	CHECK(s.running == 1 && s.tasks_completed == 1 && s.errors == 1);
	CHECK(s.day_completed == 1 && s.day_failed == 1 && s.day_run_ms == 4000);
	CHECK_OK(agent_state_of(c, "system", &s));
	CHECK(s.running == 0 && s.tasks_completed == 0 && s.day_failed == 0);
}

TEST(a_draining_agent_is_paused_by_its_last_task)
{
	struct agent_line *lines;
	struct agent_state s;
	const char *now;
	size_t n;

	with_store(c);
	add_task(c, "one", "content");
	add_task(c, "two", "content");
	CHECK_OK(agent_set_state(c, "content", "draining", &now));
	CHECK_TEXT(now, "draining");
	CHECK_OK(end_task(c, "one", "content", FAIL_NONE));
	CHECK_OK(agent_state_of(c, "content", &s));
	CHECK_TEXT(s.state, "draining");
	CHECK_OK(end_task(c, "two", "content", FAIL_NONE));
	CHECK_OK(agent_state_of(c, "content", &s));
	CHECK_TEXT(s.state, "paused");
	CHECK_OK(agent_log(c, "content", 10, &lines, &n));
	CHECK(n == 2);
	CHECK_TEXT(lines[0].action, "drained");
	CHECK_OK(agent_set_state(c, "content", "active", &now));
	CHECK_OK(agent_set_state(c, "system", "draining", &now));
	CHECK_TEXT(now, "paused");
	CHECK(agent_set_state(c, "contnt", "paused", &now) == FAIL_MISSING);
}

TEST(an_agent_lives_by_its_workers_and_their_heartbeat)
{
	struct agent_state s;
	int64_t last = 0;
	int lock;

	with_store(c);
	CHECK_OK(agent_beat(c, &last));
	CHECK(last > 0);
	CHECK_OK(agent_state_of(c, "content", &s));
	CHECK_TEXT(agent_status_word(&s), "stopped");
	CHECK(agent_score(&s) == 0);
	CHECK_OK(worker_announce(c, &lock));
	CHECK_OK(agent_state_of(c, "content", &s));
	CHECK_TEXT(agent_status_word(&s), "active");
	CHECK(agent_score(&s) == 1);
	s.day_completed = 3;
	s.day_failed = 1;
	CHECK(agent_score(&s) == 0.75);
	CHECK_OK(store_run(c, SQL("update agent set heartbeat_at = $1"),
		PARAMS(clock_now_ms() - AGENT_BEAT_LATE_MS), NULL));
	CHECK_OK(agent_state_of(c, "content", &s));
	CHECK_TEXT(agent_status_word(&s), "stopped");
	s.state = "paused";
	CHECK_TEXT(agent_status_word(&s), "paused");
	file_close(&lock);
}

static int rounds;

static enum fail count_round(struct call *c, const char **done)
{
	(void)c;
	rounds++;
	*done = "counted";
	return FAIL_NONE;
}

static enum fail every_hour(struct call *c, int64_t *out)
{
	(void)c;
	*out = 3600;
	return FAIL_NONE;
}

TEST(a_round_is_done_once_when_due)
{
	const struct agent agent = {.name = "system", .round = count_round, .round_s = every_hour};
	const char *done;

	with_store(c);
	CHECK_OK(agent_round(c, &agent, false, &done));
	CHECK_TEXT(done, "counted");
	CHECK_OK(agent_round(c, &agent, false, &done));
	CHECK(!done && rounds == 1);
	CHECK_OK(agent_round(c, &agent, true, &done));
	CHECK(rounds == 2);
	CHECK_OK(store_run(c, SQL("update agent set round_at = $1"),
		PARAMS(clock_now_ms() - 3600 * 1000), NULL));
	CHECK_OK(agent_round(c, &agent, false, &done));
	CHECK(rounds == 3);
	CHECK_OK(store_run(c, SQL("update agent set round_at = $1"),
		PARAMS(clock_now_ms() + 3600 * 1000), NULL));
	CHECK_OK(agent_round(c, &agent, false, &done));
	CHECK(rounds == 4);
}

TEST(workers_are_seen_while_they_live)
{
	int one, two;

	with_store(c);
	CHECK(!worker_present(c));
	CHECK_OK(worker_announce(c, &one));
	CHECK_OK(worker_announce(c, &two));
	CHECK(worker_present(c));
	file_close(&one);
	CHECK(worker_present(c));
	file_close(&two);
	CHECK(!worker_present(c));
}

TEST(alerts_have_hysteresis)
{
	const struct alert_rule rule = {.name = "memory", .raise = 80, .clear = 75, .times = 2};
	static const struct {
		double value;
		bool changed, raised;
	} steps[] = {{81, false, false}, {79, false, false}, {80, false, false}, {99, true, true},
		{78, false, true}, {74, false, true}, {76, false, true}, {74, false, true},
		{70, true, false}, {79, false, false}};
	struct alert a = {.rule = "memory"}, got;
	struct alert *raised;
	bool changed;
	size_t n;

	with_store(c);
	for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
		CHECK(alert_step(&rule, &a, steps[i].value) == steps[i].changed);
		CHECK(a.raised == steps[i].raised);
		CHECK_OK(alert_update(c, &rule, steps[i].value, &got, &changed));
		CHECK(changed == steps[i].changed && got.raised == steps[i].raised);
		CHECK_OK(alerts_raised(c, &raised, &n));
		CHECK(n == (size_t)steps[i].raised);
	}
}

TEST(health_is_judged_by_its_parts)
{
	struct health h = {.agents_score = 1, .services_score = 1, .errors_score = 1};
	struct health *history;
	size_t n;

	health_judge(&h);
	CHECK(h.score == 1);
	CHECK_TEXT(h.state, "healthy");
	h.cpu_percent = h.memory_percent = 100;
	health_judge(&h);
	CHECK(h.score == 0.6);
	CHECK_TEXT(h.state, "healthy");
	h.disk_percent = 50;
	health_judge(&h);
	CHECK(h.score == 0.55);
	CHECK_TEXT(h.state, "warning");
	h.agents_score = 0;
	h.errors_score = 0.4;
	health_judge(&h);
	CHECK(h.score == 0.24);
	CHECK_TEXT(h.state, "critical");

	with_store(c);
	for (h.sampled_at = 1000; h.sampled_at <= 3000; h.sampled_at += 1000)
		CHECK_OK(health_record(c, &h));
	CHECK_OK(health_history(c, 2000, 10, &history, &n));
	CHECK(n == 2 && history[0].sampled_at == 3000 && history[1].score == 0.24);
	CHECK_OK(health_prune(c, 3000));
	CHECK_OK(health_history(c, 0, 10, &history, &n));
	CHECK(n == 1);
}

TEST(versions_of_the_configuration_are_kept)
{
	struct agent_config config, *list;
	size_t n;

	with_store(c);
	CHECK_OK(agent_config_get(c, 0, &config));
	CHECK(config.version == 0);
	CHECK_OK(agent_config_put(c, "{\"a\":1}", 0, &config));
	CHECK_OK(agent_config_put(c, "{\"a\":2}", 0, &config));
	CHECK_OK(agent_config_put(c, "{\"a\":1}", 1, &config));
	CHECK(config.version == 3);
	CHECK_OK(agent_config_get(c, 2, &config));
	CHECK_TEXT(config.document, "{\"a\":2}");
	CHECK_OK(agent_config_list(c, 10, &list, &n));
	CHECK(n == 3 && list[0].version == 3 && list[0].back_to == 1);
	CHECK(agent_config_get(c, 4, &config) == FAIL_MISSING);
}

TEST(only_the_shell_names_programs_to_run)
{
	JSON_AUTO program = json_pack("{s:{s:[s]}}", "system_agent", "services", "/bin/true");
	JSON_AUTO port = json_pack("{s:{s:[s]}}", "system_agent", "services", "tcp:localhost:80");

	CHECK_OK(agent_config_check(c, program));
	c->channel = CHANNEL_HTTP;
	CHECK(agent_config_check(c, program) == FAIL_DENIED);
	fail_forget(c);
	CHECK_OK(agent_config_check(c, port));
	c->channel = CHANNEL_QUEUE;
	CHECK(agent_config_check(c, program) == FAIL_DENIED);
}

TEST(durations_are_read)
{
	static const struct {
		const char *text;
		int64_t ms; /* 0: refused */
	} rows[] = {{"15_minutes", 900000}, {"15m", 900000}, {"900", 900000}, {"15 minutes", 900000},
		{"1_hour", 3600000}, {"2h", 7200000}, {"1d", 86400000}, {"1w", 604800000},
		{"500ms", 500}, {"90_seconds", 90000}, {"", 0}, {"m", 0}, {"15_", 0}, {"15__m", 0},
		{"-5", 0}, {"0", 0}, {"1.5h", 0}, {"15parsecs", 0}, {"15 m ", 0},
		{"99999999999999999999", 0}, {"9999999999s", 0}, {"11_minutess", 0}};

	(void)c;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		int64_t ms = 0;

		CHECK(duration_parse(rows[i].text, &ms) == (rows[i].ms != 0));
		CHECK(ms == rows[i].ms);
	}
}

static void put_file(struct call *c, const char *root, const char *name, const char *text)
{
	const char *path = arena_printf(&c->arena, "%s/%s", root, name);

	CHECK_OK(dir_make(c, path_dir(c, path)));
	CHECK_OK(file_replace(c, path, text, strlen(text), 0600));
}

static const char *machine(struct call *c, const char *groups)
{
	const char *root = test_folder(c);

	put_file(c, root, "proc/stat", "cpu  100 0 100 700 100 0 0 0 0 0\ncpu0 1 1 1 1\n");
	put_file(c, root, "proc/meminfo", "MemTotal: 1000000 kB\nMemFree: 1 kB\n"
		"MemAvailable: 600000 kB\n");
	put_file(c, root, "proc/self/cgroup", groups);
	return root;
}

TEST(usage_of_a_machine_without_groups)
{
	struct usage before, after;
	const char *root = machine(c, "");

	CHECK_OK(usage_look(c, root, "/", &before));
	CHECK(before.memory_percent > 39.9 && before.memory_percent < 40.1);
	CHECK(before.disk_percent >= 0 && before.disk_percent <= 100);
	CHECK(usage_cpu_percent(&before, &before) == -1);
	put_file(c, root, "proc/stat", "cpu  130 0 100 750 120 0 0 0 9 9\n");
	CHECK_OK(usage_look(c, root, "/", &after));
	CHECK(usage_cpu_percent(&before, &after) == 30);
	unlink(arena_printf(&c->arena, "%s/proc/stat", root));
	CHECK(usage_look(c, root, "/", &after) == FAIL_IO);
}

TEST(usage_goes_by_the_tightest_group)
{
	const char *root = machine(c, "0::/a/b\n");
	struct usage before, after;

	put_file(c, root, "sys/fs/cgroup/a/b/memory.max", "max\n");
	put_file(c, root, "sys/fs/cgroup/a/memory.max", "102400000\n");
	put_file(c, root, "sys/fs/cgroup/a/memory.current", "92160000\n");
	put_file(c, root, "sys/fs/cgroup/a/memory.stat", "anon 5\ninactive_file 10240000\n");
	put_file(c, root, "sys/fs/cgroup/a/b/cpu.max", "50000 100000\n");
	put_file(c, root, "sys/fs/cgroup/a/b/cpu.stat", "usage_usec 1000000\nuser_usec 5\n");
	CHECK_OK(usage_look(c, root, "/", &before));
	CHECK(before.memory_percent > 79.9 && before.memory_percent < 80.1);
	CHECK(before.group_cpus == 0.5);
	after = before;
	after.at_boot_us += 1000000;
	after.group_used_us += 250000;
	after.all_ticks += 100;
	CHECK(usage_cpu_percent(&before, &after) == 50);
}

TEST(usage_knows_the_first_version_of_groups)
{
	const char *root = machine(c, "4:memory:/x\n2:cpu,cpuacct:/x\n0::/\n");
	struct usage u;

	put_file(c, root, "sys/fs/cgroup/memory/x/memory.limit_in_bytes", "102400000\n");
	put_file(c, root, "sys/fs/cgroup/memory/x/memory.usage_in_bytes", "61440000\n");
	put_file(c, root, "sys/fs/cgroup/memory/x/memory.stat", "total_inactive_file 0\n");
	put_file(c, root, "sys/fs/cgroup/cpu/x/cpu.cfs_quota_us", "200000\n");
	put_file(c, root, "sys/fs/cgroup/cpu/x/cpu.cfs_period_us", "100000\n");
	put_file(c, root, "sys/fs/cgroup/cpu/x/cpuacct.usage", "5000000\n");
	CHECK_OK(usage_look(c, root, "/", &u));
	CHECK(u.memory_percent > 59.9 && u.memory_percent < 60.1);
	CHECK(u.group_cpus == 2 && u.group_used_us == 5000);
}
