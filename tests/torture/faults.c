/* Every n-th outside call of every store command fails, until a run meets no fault: afterwards the
 * store is whole, and the command was done, or not done, as it said.
 *     faults [COMMAND]
 * The commands are functions of the rooms, and those of the program trae, which lies two folders
 * above this one. Runs in /dev/shm where there is one: what a disk does is for the power-cut
 * campaign. The control is a command that writes in two transactions: it must be caught. */
#include <fcntl.h>

#include "lib/base/clock.h"
#include "lib/model/callback.h"
#include "lib/model/counter.h"
#include "lib/model/file.h"
#include "lib/model/task.h"
#include "lib/os/dirs.h"
#include "lib/os/file.h"
#include "lib/store/handle.h"
#include "lib/work/backup.h"
#include "tests/torture/torture.h"

static struct file some_file(const char *path)
{
	return (struct file){.path = path, .bytes = 10, .media_type = "text/plain", .sha256 = "00"};
}

static enum fail do_nothing(struct call *c)
{
	return c->why ? FAIL_BUG : FAIL_NONE;
}

static enum fail prepare(struct call *c)
{
	struct file one = some_file("/f/one"), two = some_file("/f/two");

	TRY(store_open(c));
	TRY(file_record(c, &one));
	return file_record(c, &two);
}

static enum fail prepare_dead_task(struct call *c)
{
	struct task_run run;

	TRY(prepare(c));
	return task_begin(c, "video render", "{}", &run);
}

static enum fail prepare_backup(struct call *c)
{
	struct file three = some_file("/f/three");
	struct backup b;

	TRY(prepare(c));
	TRY(backup_create(c, backup_dir(c), &b));
	return file_record(c, &three);
}

static enum fail prepare_backups(struct call *c)
{
	struct backup b;

	TRY(prepare_backup(c));
	TRY(backup_create(c, backup_dir(c), &b));
	return backup_create(c, backup_dir(c), &b);
}

static enum fail open_new(struct call *c)
{
	return store_open(c);
}

static enum fail look(struct call *c)
{
	struct counters n;
	struct file *list;
	size_t count;

	TRY(store_open_read(c));
	TRY(counters_read(c, &n));
	TRY(file_list(c, 10, NULL, &list, &count));
	return n.files == 2 && count == 2 ? FAIL_NONE : FAIL_BUG;
}

static enum fail record(struct call *c)
{
	struct file f = some_file("/f/three");

	TRY(store_open(c));
	return file_record(c, &f);
}

static enum fail forget(struct call *c)
{
	struct file *list;
	size_t n;

	TRY(store_open(c));
	TRY(file_list(c, 1, NULL, &list, &n));
	return n ? file_forget(c, list[0].id) : FAIL_BUG;
}

static enum fail begin_task(struct call *c)
{
	TASK_RUN_AUTO run = TASK_RUN_NONE;

	TRY(store_open(c));
	return task_begin(c, "video render", "{}", &run);
}

static enum fail reap(struct call *c)
{
	TRY(store_open(c));
	return task_reap(c, NULL);
}

static enum fail put_callback(struct call *c)
{
	struct task t = {.id = "t", .state = "completed", .callback_url = "https://example.com/x"};

	TRY(store_open(c));
	TRY(store_begin(c));
	return store_end(c, callback_enqueue(c, &t, "task.completed"));
}

static enum fail finish(struct call *c)
{
	struct callback_result delivered = {.outcome = CALLBACK_DELIVERED, .http_status = 200};
	struct callback *due;
	bool claimed;
	size_t n;

	TRY(callback_due(c, clock_now_ms(), 1, 1, &due, &n));
	if (!n)
		return fail(c, FAIL_BUG, "no callback is due");
	TRY(callback_claim(c, &due[0], clock_now_ms(), 90000, &claimed));
	return callback_finish(c, &due[0], &delivered);
}

static enum fail finish_callback(struct call *c)
{
	TRY(store_open(c));
	TRY(store_begin(c));
	return store_end(c, finish(c));
}

static enum fail checkpoint(struct call *c)
{
	TRY(store_open(c));
	return store_checkpoint(c, NULL);
}

static enum fail make_backup(struct call *c)
{
	struct backup b;

	return backup_create(c, backup_dir(c), &b);
}

static enum fail first_backup(struct call *c, struct backup *out)
{
	struct backup *list;
	size_t n;

	TRY(backup_list(c, backup_dir(c), &list, &n));
	if (!n)
		return fail(c, FAIL_BUG, "no backup");
	if (list[0].damage)
		return fail(c, FAIL_IO, "%s", list[0].damage);
	*out = list[0];
	return FAIL_NONE;
}

static enum fail test_backup(struct call *c)
{
	struct backup b;

	TRY(first_backup(c, &b));
	return backup_test(c, b.path, &b);
}

static enum fail restore(struct call *c)
{
	const char *kept;
	struct backup b;

	TRY(first_backup(c, &b));
	return backup_restore(c, b.path, backup_dir(c), &kept);
}

static enum fail prune(struct call *c)
{
	return backup_prune(c, backup_dir(c), NULL);
}

/* What no command may do. */
static enum fail naive(struct call *c)
{
	TRY(store_open(c));
	TRY(store_run(c, SQL("insert into counter (name, n) values ('naive', 1)"), NO_PARAMS,
		NULL));
	return store_run(c, SQL("insert into meta (name, value) values ('naive', 'x')"), NO_PARAMS,
		NULL);
}

#define TRAE_PROGRAM "../../trae" /* from the folder of this program, which is entered first */

#define FILES "(select count(*) from file)"
#define CONSISTENT                                                                                 \
	"(select n from counter where name = 'files') = " FILES                                    \
	" and (select n from counter where name = 'file_bytes') = (select sum(bytes) from file)"

#define CALLBACKS                                                                                  \
	"select (select count(*) from callback) + 10 * coalesce((select n from counter"            \
	" where name = 'callback_pending'), 0) + 100 * coalesce((select sum(pending)"              \
	" from callback_origin), 0) + 1000 * (select count(*) from callback where state ="         \
	" 'delivered' and not exists (select 1 from counter where name = 'callback_delivered'"     \
	" and n = 1))"

/* Whether the newest migration was made: each is a transaction of its own. */
static char newest[64];

static const struct command {
	const char *name;
	enum fail (*prepare)(struct call *c), (*run)(struct call *c); /* no run: trae NAME */
	/* A whole number from the store: its value when the command has not happened and when it
	 * has; anything else is half of it. A backup's own state is checked by the backup room. */
	const char *state;
	long not_done, done;
	bool control;
} commands[] = {
	{"open", do_nothing, open_new, newest, 0, 1, false},
	{"look", prepare, look, "select " FILES, 2, 2, false},
	{"record", prepare, record, "select " FILES " where " CONSISTENT, 2, 3, false},
	{"forget", prepare, forget, "select " FILES " where " CONSISTENT, 2, 1, false},
	{"begin", prepare, begin_task, "select (select count(*) from task where state = 'running')"
		" + 10 * coalesce((select n from counter where name = 'task_running'), 0)", 0, 11,
		false},
	{"reap", prepare_dead_task, reap, "select (select count(*) from task where state ="
		" 'interrupted') + 10 * coalesce((select n from counter where name ="
		" 'task_interrupted'), 0)", 0, 11, false},
	{"callback-put", prepare, put_callback, CALLBACKS, 0, 111, false},
	{"callback-finish", put_callback, finish_callback, CALLBACKS, 111, 1, false},
	{"checkpoint", prepare, checkpoint, "select " FILES, 2, 2, false},
	{"backup", prepare, make_backup, "select " FILES " where " CONSISTENT, 2, 2, false},
	{"backup-test", prepare_backup, test_backup, "select " FILES, 3, 3, false},
	{"restore", prepare_backup, restore, "select " FILES " where " CONSISTENT, 3, 2, false},
	{"prune", prepare_backups, prune, "select " FILES, 3, 3, false},
	{"init", do_nothing, NULL, newest, 0, 1, false},
	{"status", prepare, NULL, "select " FILES, 2, 2, false},
	{"file list", prepare, NULL, "select " FILES, 2, 2, false},
	{"file add /etc/passwd", prepare, NULL, "select " FILES " where " CONSISTENT, 2, 3, false},
	{"backup create", prepare, NULL, "select " FILES " where " CONSISTENT, 2, 2, false},
	{"backup restore --yes", prepare_backup, NULL, "select " FILES " where " CONSISTENT, 3, 2,
		false},
	{"agent pause content", prepare, NULL, "select (select count(*) from agent where name ="
		" 'content' and state = 'paused') + 10 * (select count(*) from agent_log)", 0, 11,
		false},
	{"agent run system", prepare, NULL, "select (select count(*) from health)"
		" + 10 * (select count(*) > 0 from alert)", 0, 11, false},
	{"naive", prepare, naive, "select (select count(*) from counter where name = 'naive')"
		" + (select count(*) from meta where name = 'naive') * 10", 0, 11, true},
};

/* Runs one of a command's functions as this whole process, in the home that is set. */
static int as_child(const char *name, bool prepare_only)
{
	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
		struct call c = {0};
		enum fail f;

		if (strcmp(commands[i].name, name))
			continue;
		f = prepare_only ? commands[i].prepare(&c) : commands[i].run(&c);
		if (f)
			fprintf(stderr, "# %s\n", c.why ? c.why : fail_kind(f)->word);
		call_release(&c);
		return (int)f;
	}
	return 99;
}

/* Runs trae with the words of LINE. Its exit status tells less than a failure: 75 is an unknown
 * outcome or something that is busy. */
static int in_trae(const char *line)
{
	char words[64], trae[] = TRAE_PROGRAM;
	const char *argv[8] = {trae};
	int n = 1, status;

	snprintf(words, sizeof words, "%s", line);
	for (char *rest = words, *word; n < 7 && (word = strsep(&rest, " "));)
		argv[n++] = word;
	status = run_program(argv);
	if (!WIFEXITED(status))
		return -1;
	switch (WEXITSTATUS(status)) {
	case 0:
		return FAIL_NONE;
	case 70:
		return FAIL_BUG;
	case 75:
		return FAIL_UNKNOWN;
	default:
		return FAIL_IO;
	}
}

/* The failure that the command ended with, -1 when it crashed. */
static int in_child(const char *self, const char *how, const char *name)
{
	const char *const argv[] = {self, how, name, NULL};
	int status = run_program(argv);

	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static long read_number(const char *path)
{
	FILE *f = fopen(path, "r");
	long n = -1;

	if (f && fscanf(f, "%ld", &n) != 1)
		n = -1;
	if (f)
		fclose(f);
	return n;
}

/* True when every backup below the home is whole: a fault may only cost a backup, not spoil one. */
static bool backups_are_whole(void)
{
	struct call c = {0};
	struct backup *list, b;
	bool whole = true;
	size_t n = 0;

	if (backup_list(&c, backup_dir(&c), &list, &n))
		whole = false;
	for (size_t i = 0; i < n && whole; i++)
		if (!strstr(list[i].name, "-before-restore"))
			whole = !list[i].damage && !backup_verify(&c, list[i].path, &b);
	call_release(&c);
	return whole;
}

static bool check_round(const struct command *cmd, const char *db, long n, int result)
{
	bool there = !access(db, F_OK);
	long state = there ? ask_number(db, cmd->state) : 0;
	const char *wrong = NULL;

	if (result < 0)
		wrong = "it crashed";
	else if (result == FAIL_BUG)
		wrong = "it called the fault a defect";
	else if (there && !is_whole(db))
		wrong = "the store is damaged";
	else if (state != cmd->done && state != cmd->not_done)
		wrong = "it is half done";
	else if (result == FAIL_NONE && state != cmd->done)
		wrong = "it said done and is not";
	else if (result != FAIL_NONE && result != FAIL_UNKNOWN && state != cmd->not_done)
		wrong = "it said not done and is";
	else if (!backups_are_whole())
		wrong = "a backup is spoilt";
	if (wrong)
		printf("# %s, fault %ld: %s (ended with %s, state %ld)\n", cmd->name, n, wrong,
			result < 0 ? "a crash" : fail_kind((enum fail)result)->word, state);
	return !wrong;
}

static void campaign(const char *self, const struct command *cmd, const char *folder)
{
	struct call c = {0};
	const char *home = arena_printf(&c.arena, "%s/home", folder);
	const char *fresh = arena_printf(&c.arena, "%s/fresh", folder);
	const char *count = arena_printf(&c.arena, "%s/count", folder);
	const char *db = arena_printf(&c.arena, "%s/.local/share/trae/trae.db", home);
	long n, bad = 0, faults[FAIL_COUNT] = {0};

	unsetenv("TRAE_FAULT");
	unsetenv("TRAE_FAULT_COUNT");
	if (mkdir(fresh, 0700) || setenv("HOME", fresh, 1) ||
		in_child(self, "--prepare", cmd->name) != FAIL_NONE)
		bail("cannot prepare %s", cmd->name);
	setenv("HOME", home, 1);
	for (n = 1;; n++) {
		char text[32];
		int result;

		snprintf(text, sizeof text, "%ld", n);
		RUN("rm", "-rf", home);
		RUN("cp", "-a", fresh, home);
		setenv("TRAE_FAULT", text, 1);
		setenv("TRAE_FAULT_COUNT", count, 1);
		result = cmd->run ? in_child(self, "--run", cmd->name) : in_trae(cmd->name);
		unsetenv("TRAE_FAULT");
		unsetenv("TRAE_FAULT_COUNT");
		bad += !check_round(cmd, db, n, result);
		if (result >= 0 && result < FAIL_COUNT)
			faults[result]++;
		if (result >= 0 && read_number(count) < n)
			break;
	}
	tap(cmd->control ? bad > 0 : bad == 0,
		"%s%s: %ld faults, %ld survived, %ld unknown, %ld bad",
		cmd->control ? "control: " : "", cmd->name, n - 1, faults[FAIL_NONE] - 1,
		faults[FAIL_UNKNOWN], bad);
	RUN("rm", "-rf", home, fresh);
	call_release(&c);
}

/* Where this program lies becomes the working folder. */
static void enter_own_folder(void)
{
	char path[4096];
	ssize_t len = readlink("/proc/self/exe", path, sizeof path - 1);

	if (len <= 0)
		bail("no /proc");
	path[len] = '\0';
	*strrchr(path, '/') = '\0';
	if (chdir(path))
		bail("cannot enter %s", path);
}

static void run_one(struct call *c, const struct command *cmd)
{
	if (!cmd->run && access(TRAE_PROGRAM, X_OK))
		tap_skip(cmd->name, "trae is not built");
	else
		campaign("/proc/self/exe", cmd, test_folder(c));
}

int main(int argc, char **argv)
{
	struct call c = {0};

	if (argc == 3 && !strncmp(argv[1], "--", 2))
		return as_child(argv[2], !strcmp(argv[1], "--prepare"));
	if (!access("/dev/shm", W_OK))
		setenv("TMPDIR", "/dev/shm", 1);
	enter_own_folder();
	snprintf(newest, sizeof newest, "select user_version = %d from pragma_user_version",
		migrate_newest());
	unsetenv("XDG_CONFIG_HOME");
	unsetenv("XDG_DATA_HOME");
	unsetenv("XDG_STATE_HOME");
	unsetenv("XDG_CACHE_HOME");
	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
		if (argc < 2 || !strcmp(argv[1], commands[i].name))
			run_one(&c, &commands[i]);
	call_release(&c);
	return tap_end();
}
