/* Files, tasks and counters. */
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/model/counter.h"
#include "lib/model/file.h"
#include "lib/model/task.h"
#include "lib/os/file.h"
#include "lib/store/store.h"
#include "tests/unit/folder.h"
#include "tests/unit/unit.h"

static void with_store(struct call *c)
{
	c->store_path = arena_printf(&c->arena, "%s/trae.db", test_folder(c));
	CHECK_OK(store_open(c));
}

static struct file some_file(const char *path, int64_t bytes)
{
	return (struct file){
		.path = path,
		.media_type = "video/mp4",
		.sha256 = "00",
		.bytes = bytes,
	};
}

/* The counters must always be what counting would give. */
static void check_counters(struct call *c)
{
	struct counters n;
	QUERY_AUTO q;
	enum fail f;

	CHECK_OK(counters_read(c, &n));
	CHECK_OK(query_start(c, SQL("select (select count(*) from file),"
		" (select coalesce(sum(bytes), 0) from file),"
		" (select count(*) from task where state = 'running'),"
		" (select count(*) from task where state = 'completed'),"
		" (select count(*) from task where state = 'failed'),"
		" (select count(*) from task where state = 'interrupted')"), NO_PARAMS, &q));
	CHECK(query_next(c, &q, &f));
	CHECK(n.files == query_int(&q, 0));
	CHECK(n.file_bytes == query_int(&q, 1));
	CHECK(n.tasks_running == query_int(&q, 2));
	CHECK(n.tasks_completed == query_int(&q, 3));
	CHECK(n.tasks_failed == query_int(&q, 4));
	CHECK(n.tasks_interrupted == query_int(&q, 5));
}

TEST(files_are_recorded_found_and_forgotten)
{
	struct file f = some_file("/films/one.mp4", 1000), again, got;

	with_store(c);
	f.metadata = "{\"seconds\":12}";
	CHECK_OK(file_record(c, &f));
	CHECK_TEXT(f.name, "one.mp4");
	CHECK_OK(file_find(c, f.id, &got));
	CHECK_TEXT(got.path, f.path);
	CHECK_TEXT(got.metadata, "{\"seconds\":12}");
	CHECK_TEXT(got.state, "present");
	CHECK(got.bytes == 1000 && got.created_at == f.created_at && !got.task_id);
	check_counters(c);

	again = some_file("/films/one.mp4", 50);
	CHECK_OK(file_record(c, &again));
	CHECK(file_find(c, f.id, &got) == FAIL_MISSING);
	fail_forget(c);
	check_counters(c);
	CHECK_OK(file_forget(c, again.id));
	CHECK(file_forget(c, again.id) == FAIL_MISSING);
	fail_forget(c);
	check_counters(c);
}

TEST(a_relative_path_is_a_defect)
{
	struct file f = some_file("one.mp4", 1);

	with_store(c);
	CHECK(file_record(c, &f) == FAIL_BUG);
}

TEST(files_are_listed_page_by_page)
{
	const char *after = NULL;
	int64_t newest = INT64_MAX, sum = 0;
	struct file *page;
	size_t n, seen = 0;

	with_store(c);
	for (int i = 0; i < 25; i++) {
		struct file f = some_file(arena_printf(&c->arena, "/f/%d", i), i);

		CHECK_OK(file_record(c, &f));
	}
	do {
		CHECK_OK(file_list(c, 10, after, &page, &n));
		for (size_t i = 0; i < n; i++) {
			CHECK(page[i].created_at <= newest);
			newest = page[i].created_at;
			sum += page[i].bytes;
			after = page[i].id;
		}
		seen += n;
	} while (n);
	CHECK(seen == 25 && sum == 24 * 25 / 2);
}

TEST(a_missing_file_is_noticed)
{
	const char *path;
	struct file f, got;

	with_store(c);
	path = arena_printf(&c->arena, "%s/x", test_folder(c));
	CHECK_OK(file_replace(c, path, "abc", 3, 0600));
	f = some_file(path, 3);
	CHECK_OK(file_record(c, &f));
	CHECK_OK(file_check(c, &f));
	CHECK_TEXT(f.state, "present");
	CHECK(!unlink(path));
	CHECK_OK(file_check(c, &f));
	CHECK_OK(file_find(c, f.id, &got));
	CHECK_TEXT(got.state, "missing");
}

TEST(hash)
{
	const char *path = arena_printf(&c->arena, "%s/x", test_folder(c));
	char hex[65];
	int64_t bytes = 0;

	/* FIPS 180-4, example "abc". */
	CHECK_OK(file_replace(c, path, "abc", 3, 0600));
	CHECK_OK(file_hash(c, path, hex, &bytes));
	CHECK_TEXT(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	CHECK(bytes == 3);
	CHECK(file_hash(c, "/nonexistent/x", hex, &bytes) == FAIL_MISSING);
}

TEST(a_task_ends_with_its_files)
{
	TASK_RUN_AUTO run = TASK_RUN_NONE;
	struct file files[2] = {some_file("/a.mp4", 10), some_file("/b.srt", 20)};
	struct task t;

	with_store(c);
	CHECK_OK(task_begin(c, "video render", "{\"source\":\"x\"}", &run));
	check_counters(c);
	CHECK_OK(task_progress(c, &run, 0.5, "encode"));
	CHECK_OK(task_find(c, run.id, &t));
	CHECK_TEXT(t.state, "running");
	CHECK_TEXT(t.stage, "encode");
	CHECK_TEXT(t.channel, "shell");
	CHECK_OK(task_end(c, &run, FAIL_NONE, NULL, "{\"ok\":true}", files, 2));
	CHECK(run.lock == -1 && access(run.lock_path, F_OK));
	CHECK_OK(task_find(c, run.id, &t));
	CHECK_TEXT(t.state, "completed");
	CHECK_TEXT(t.result, "{\"ok\":true}");
	CHECK(t.completed_at >= t.started_at && t.started_at > 0);
	CHECK(t.progress > 0.99 && !t.error_word);
	CHECK_TEXT(files[1].task_id, run.id);
	check_counters(c);
	CHECK(task_end(c, &run, FAIL_NONE, NULL, NULL, NULL, 0) == FAIL_CONFLICT);
}

TEST(a_task_fails_or_is_interrupted)
{
	TASK_RUN_AUTO failed = TASK_RUN_NONE, stopped = TASK_RUN_NONE;
	struct task t, *list;
	size_t n = 0;

	with_store(c);
	CHECK_OK(task_begin(c, "video render", "{}", &failed));
	CHECK_OK(task_begin(c, "video render", "{}", &stopped));
	CHECK_OK(task_end(c, &failed, FAIL_FULL, "no space left", NULL, NULL, 0));
	CHECK_OK(task_end(c, &stopped, FAIL_INTERRUPTED, "interrupted", NULL, NULL, 0));
	CHECK_OK(task_find(c, failed.id, &t));
	CHECK_TEXT(t.state, "failed");
	CHECK_TEXT(t.error_word, "disk_full");
	CHECK_TEXT(t.error_text, "no space left");
	CHECK_OK(task_list(c, 10, NULL, "interrupted", &list, &n));
	CHECK(n == 1);
	CHECK_TEXT(list[0].id, stopped.id);
	CHECK_OK(task_list(c, 10, NULL, NULL, &list, &n));
	CHECK(n == 2);
	CHECK_OK(task_list(c, 10, list[0].id, NULL, &list, &n));
	CHECK(n == 1);
	check_counters(c);
}

/* A bad file must leave neither the files before it nor the end of the task. */
TEST(files_and_end_are_one)
{
	TASK_RUN_AUTO run = TASK_RUN_NONE;
	struct file files[2] = {some_file("/a.mp4", 10), some_file("relative", 20)};
	struct task t;
	struct counters n;

	with_store(c);
	CHECK_OK(task_begin(c, "video render", "{}", &run));
	CHECK(task_end(c, &run, FAIL_NONE, NULL, NULL, files, 2) == FAIL_BUG);
	fail_forget(c);
	CHECK_OK(task_find(c, run.id, &t));
	CHECK_TEXT(t.state, "running");
	CHECK_OK(counters_read(c, &n));
	CHECK(n.files == 0 && n.tasks_running == 1);
}

/* Starts a task in another process, which is left running it; returns its id. */
static const char *task_elsewhere(struct call *c, pid_t *pid)
{
	char id[64] = "";
	int ends[2];

	if (pipe2(ends, O_CLOEXEC))
		abort();
	fflush(stdout);
	*pid = fork();
	if (!*pid) {
		struct call own = {.store_path = c->store_path};
		struct task_run run = TASK_RUN_NONE;

		if (store_open(&own) || task_begin(&own, "video render", "{}", &run))
			_exit(1);
		if (write(ends[1], run.id, strlen(run.id)) < 0)
			_exit(1);
		close(ends[1]);
		pause();
		_exit(0);
	}
	close(ends[1]);
	CHECK(read(ends[0], id, sizeof id - 1) > 0);
	close(ends[0]);
	return arena_strdup(&c->arena, id);
}

TEST(only_the_dead_are_reaped)
{
	const char *alive, *dead;
	pid_t alive_pid, dead_pid;
	int64_t n = -1;
	struct task t;

	c->store_path = arena_printf(&c->arena, "%s/trae.db", test_folder(c));
	alive = task_elsewhere(c, &alive_pid);
	dead = task_elsewhere(c, &dead_pid);
	CHECK_OK(store_open(c));
	CHECK_OK(task_reap(c, &n));
	CHECK(n == 0);
	CHECK(!kill(dead_pid, SIGKILL) && waitpid(dead_pid, NULL, 0) == dead_pid);
	CHECK_OK(task_reap(c, &n));
	CHECK(n == 1);
	CHECK_OK(task_find(c, dead, &t));
	CHECK_TEXT(t.state, "interrupted");
	CHECK_OK(task_find(c, alive, &t));
	CHECK_TEXT(t.state, "running");
	check_counters(c);
	CHECK(!kill(alive_pid, SIGKILL) && waitpid(alive_pid, NULL, 0) == alive_pid);
	CHECK_OK(task_reap(c, &n));
	CHECK(n == 1);
	check_counters(c);
}
