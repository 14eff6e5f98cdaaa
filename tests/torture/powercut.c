/* The power fails: a file system on a loop mount is shut down without flushing anything, in the
 * middle of writing, and mounted again. No acknowledged row may be lost.
 *     powercut [CUTS]
 * on ext4 and on XFS: as every command writes, and as the server does, whose commits wait for the disk
 * apart from the lock. The control does not wait and must lose some. Root only. */
#include <fcntl.h>
#include <stdint.h>
#include <sys/ioctl.h>

#include "lib/store/handle.h"
#include "tests/torture/torture.h"

/* linux/fs: EXT4_IOC_SHUTDOWN and XFS_IOC_GOINGDOWN are one number, as is "neither data nor journal
 * is written first". */
#define SHUTDOWN _IOR('X', 125, uint32_t)
#define NO_LOG_FLUSH 2

static const struct file_system {
	const char *name, *make, *force;
	off_t bytes; /* XFS is made no smaller than 300 MiB */
} file_systems[] = {
	{"ext4", "mkfs.ext4", "-F", 64 << 20},
	{"XFS", "mkfs.xfs", "-f", 304 << 20},
};

static const struct file_system *fs;
static char image[4200], mountpoint[4200], database[4300];

static void attach(void)
{
	if (RUN("mount", "-o", "loop", image, mountpoint))
		bail("cannot mount %s", image);
}

static void cut_power(void)
{
	int fd = open(mountpoint, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	uint32_t how = NO_LOG_FLUSH;

	if (fd < 0 || ioctl(fd, SHUTDOWN, &how))
		bail("the file system cannot be shut down: %s", strerror(errno));
	close(fd);
}

enum way { ALWAYS, APART, NEVER };

/* More than the cache takes, so that SQLite writes pages before the commit, and the first of them once
 * more. */
static enum fail put_much(struct call *c)
{
	static char text[3001];

	memset(text, 'x', sizeof text - 1);
	for (int i = 0; i <= 20; i++)
		TRY(store_run(c, SQL("insert into meta (name, value) values ($1, $2)"
			" on conflict (name) do update set value = excluded.value"),
			PARAMS(arena_printf(&c->arena, "x%d", i % 20), &text[i % 7]), NULL));
	return FAIL_NONE;
}

static enum fail put_one(struct call *c, int64_t round, int64_t i, bool much)
{
	if (much)
		TRY(put_much(c));
	return store_run(c, SQL("insert into file (id, name, path, media_type, bytes, sha256, created_at)"
		" values ($1, 'n', $1, 'm', $2, '0', $3)"),
		PARAMS(arena_printf(&c->arena, "%ld.%ld", (long)round, (long)i), 1, round), NULL);
}

static _Noreturn void write_rows(int64_t round, int out, enum way way)
{
	struct call c = {.store_path = database};
	enum fail f = store_open(&c);

	if (!f && way != ALWAYS)
		f = store_sync_apart(&c);
	if (!f)
		f = handle_exec(&c, &c.store->handle, "pragma cache_size = 10");
	for (int64_t i = 0; !f; i++) {
		f = store_begin(&c);
		if (!f)
			f = store_end(&c, put_one(&c, round, i, i % 4 == 3));
		if (!f && way == APART)
			f = store_sync(&c, c.store);
		if (!f && write(out, "a", 1) != 1)
			break;
	}
	_exit(f != FAIL_NONE);
}

/* One cut; what was acknowledged before it. Not what came while the file system went down: an
 * fsync() that overlaps that call can return success for a journal that is gone, which no power
 * failure does, since the process goes with the disk. */
static long one_cut(long round, enum way way)
{
	char acks[65536];
	long n = 0;
	ssize_t got;
	int ends[2];
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC))
		bail("no pipe");
	fflush(stdout);
	pid = fork();
	if (!pid)
		write_rows(round, ends[1], way);
	close(ends[1]);
	n += read(ends[0], acks, 1) == 1;
	sleep_us(random() % 40000);
	if (fcntl(ends[0], F_SETFL, O_NONBLOCK))
		bail("no pipe");
	while ((got = read(ends[0], acks, sizeof acks)) > 0)
		n += got;
	cut_power();
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	close(ends[0]);
	if (RUN("umount", mountpoint))
		bail("cannot unmount");
	attach();
	return n;
}

static void campaign(long cuts, enum way way)
{
	long acked = 0, lost = 0, damaged = 0;

	if (RUN(fs->make, "-q", fs->force, image))
		bail("%s fails", fs->make);
	attach();
	if (chmod(mountpoint, 0700))
		bail("chmod fails");
	for (long round = 0; round < cuts; round++) {
		char sql[128];
		long n = one_cut(round, way), there;

		snprintf(sql, sizeof sql, "select count(*) from file where created_at = %ld",
			round);
		there = ask_number(database, sql);
		acked += n;
		if (there < n && way != NEVER)
			printf("# cut %ld: %ld acknowledged, %ld there\n", round, n, there);
		lost += there < n ? n - there : 0;
		damaged += !is_whole(database);
	}
	if (way == NEVER) {
		tap(lost > 0, "control, %s: without waiting it loses %ld of %ld in %ld cuts", fs->name, lost,
			acked, cuts);
	} else {
		tap(lost == 0 && acked >= cuts, "%s%s, %ld cuts: %ld of %ld acknowledged rows lost",
			fs->name, way == APART ? ", sync apart" : "", cuts, lost, acked);
		tap(damaged == 0, "%s: %ld times damaged", fs->name, damaged);
	}
	if (RUN("umount", mountpoint))
		bail("cannot unmount");
}

/* An image and a place to mount it. */
static bool set_up(struct call *c)
{
	const char *folder = test_folder(c);
	int fd;

	snprintf(image, sizeof image, "%s/image", folder);
	snprintf(mountpoint, sizeof mountpoint, "%s/mount", folder);
	snprintf(database, sizeof database, "%s/trae.db", mountpoint);
	if (mkdir(mountpoint, 0700))
		return false;
	fd = open(image, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0 || ftruncate(fd, fs->bytes))
		return false;
	close(fd);
	if (RUN(fs->make, "-q", fs->force, image) ||
		RUN("mount", "-o", "loop", image, mountpoint))
		return false;
	return RUN("umount", mountpoint) == 0;
}

int main(int argc, char **argv)
{
	long cuts = argc > 1 ? atol(argv[1]) : 20;
	bool mounts;
	struct call c = {0};

	seed_random();
	mounts = !geteuid() && own_mounts();
	for (size_t i = 0; i < sizeof file_systems / sizeof *file_systems; i++) {
		fs = &file_systems[i];
		if (!mounts || !set_up(&c)) {
			tap_skip(fs->name, geteuid() ? "only root can mount"
						     : "no loop mounts of it here");
			continue;
		}
		campaign(cuts, ALWAYS);
		campaign(cuts, APART);
		campaign(cuts / 4 + 10, NEVER);
	}
	call_release(&c);
	return tap_end();
}
