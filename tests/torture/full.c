/* A full disk: new work is refused as disk_full, what was acknowledged stays, reading goes on, and
 * once there is space again the same open store writes on.
 *     full [SIZES]
 * By a limit on file sizes, and where root on a tmpfs of each size. The control is a writer that
 * does not look at what the store says. */
#include <sys/resource.h>

#include "lib/model/counter.h"
#include "lib/model/file.h"
#include "tests/torture/torture.h"

/* A new store with its log takes a little less than the smallest. */
#define SMALLEST 1048576
#define LARGEST 4194304

/* A place that can be filled: how much fits, and how it gets more. */
struct place {
	const char *folder;
	bool is_mount;
};

static bool set_size(const struct place *p, long bytes)
{
	struct rlimit limit;
	char options[64];

	if (p->is_mount) {
		snprintf(options, sizeof options, "size=%ld,mode=700", bytes);
		return !mount("none", p->folder, "tmpfs", MS_REMOUNT, options);
	}
	getrlimit(RLIMIT_FSIZE, &limit);
	limit.rlim_cur = (rlim_t)bytes;
	return !setrlimit(RLIMIT_FSIZE, &limit);
}

static enum fail put(struct call *c, long i)
{
	struct file f = {.path = arena_printf(&c->arena, "/f/%ld", i), .bytes = 10,
		.media_type = "text/plain", .sha256 = arena_printf(&c->arena, "%0500ld", i)};

	return file_record(c, &f);
}

/* Writes from number N on until it is told that the disk is full: the first that was not
 * acknowledged. */
static long fill(struct call *c, long n, bool naive, enum fail *ended)
{
	*ended = FAIL_NONE;
	while (*ended == FAIL_NONE && n < 100000) {
		*ended = put(c, n);
		if (*ended == FAIL_NONE || naive)
			n++;
	}
	for (int i = 0; naive && i < 10; i++)
		n += put(c, n) != FAIL_BUG;
	return n;
}

/* True when the store can be opened anew on the full disk and holds that many files. */
static bool reads_when_full(const char *path, long files)
{
	struct call c = {.store_path = path};
	struct counters n = {0};
	bool good = !store_open_read(&c) && !counters_read(&c, &n) && n.files == files;

	if (!good)
		printf("# %s\n", c.why ? c.why : "other counts");
	call_release(&c);
	return good;
}

/* What is wrong, or NULL. */
static const char *trial(const struct place *p, const char *path, long size, bool naive)
{
	struct call c = {.store_path = path};
	struct counters n;
	const char *wrong = NULL;
	enum fail ended;
	long acked;

	if (!set_size(p, size))
		return "the size cannot be set";
	ended = store_open(&c);
	if (ended)
		return ended == FAIL_FULL ? NULL : c.why;
	acked = fill(&c, 0, naive, &ended);
	if (ended != FAIL_FULL && !naive)
		printf("# %s: %s\n", fail_kind(ended)->word, c.why);
	fail_forget(&c);
	if (ended != FAIL_FULL)
		wrong = "it did not end with disk_full";
	else if (counters_read(&c, &n))
		wrong = "a full disk cannot be read";
	else if (n.files != acked)
		wrong = "the store does not hold what was acknowledged";
	else if (!set_size(p, size * 4))
		wrong = "the size cannot be raised";
	else if (put(&c, acked))
		wrong = "it does not write again when there is space";
	else if (counters_read(&c, &n) || n.files != acked + 1)
		wrong = "what was written then is not there";
	acked = wrong ? 0 : fill(&c, acked + 1, false, &ended);
	call_release(&c);
	if (!wrong && !reads_when_full(path, acked))
		wrong = "a full disk cannot be read by the next process";
	if (!wrong && !is_whole(path))
		wrong = "the store is damaged";
	return wrong;
}

static bool can_mount(void)
{
	int status = -1;
	pid_t pid = fork();

	if (!pid)
		_exit(!own_mounts());
	return waitpid(pid, &status, 0) == pid && status == 0;
}

/* A trial in a process of its own, whose limits and mounts end with it; true when all is well. */
static bool trial_apart(const char *folder, bool is_mount, long size, bool naive)
{
	int status = -1;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (!pid) {
		struct place p = {folder, is_mount};
		char path[4200];
		const char *wrong;

		signal(SIGXFSZ, SIG_IGN);
		snprintf(path, sizeof path, "%s/trae.db", folder);
		if (is_mount && (!own_mounts() ||
				mount("none", folder, "tmpfs", 0, "size=64k,mode=700")))
			_exit(77);
		wrong = trial(&p, path, size, naive);
		if (wrong && !naive)
			printf("# %ld bytes: %s\n", size, wrong);
		fflush(stdout);
		_exit(wrong != NULL);
	}
	if (waitpid(pid, &status, 0) != pid)
		bail("lost a process");
	if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
		bail("no mount");
	return status == 0;
}

static void campaign(const char *name, bool is_mount, long sizes)
{
	struct call c = {0};
	long bad = 0;

	for (long i = 0; i < sizes; i++) {
		long size = SMALLEST + i * (LARGEST - SMALLEST) / sizes / 4096 * 4096;
		const char *folder = test_folder(&c);

		bad += !trial_apart(folder, is_mount, size, false);
		RUN("rm", "-rf", folder);
	}
	tap(bad == 0, "%s: %ld of %ld sizes end badly", name, bad, sizes);
	tap(!trial_apart(test_folder(&c), is_mount, 2 * SMALLEST, true),
		"control, %s: a writer that does not look loses rows", name);
	call_release(&c);
}

int main(int argc, char **argv)
{
	long sizes = argc > 1 ? atol(argv[1]) : 6;

	if (!access("/dev/shm", W_OK))
		setenv("TMPDIR", "/dev/shm", 1);
	campaign("limit on file sizes", false, sizes);
	if (geteuid() || !can_mount())
		tap_skip("tmpfs", "mounts of its own need root, outside a chroot");
	else
		campaign("tmpfs", true, sizes);
	return tap_end();
}
