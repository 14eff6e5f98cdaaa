/* The WAL-reset defect of SQLite (https://sqlite.org/wal.html#walresetbug), provoked: a checkpoint
 * pauses between reading the state of the log and using it, while a writer restarts the log and
 * commits. A bare checkpoint loses that commit in SQLite before 3.51.3; store_checkpoint() must
 * not.
 * The pause is in munmap(), which only happens there with a memory map: it is forced on. */
#include <sys/mman.h>

#include "lib/store/handle.h"
#include "tests/torture/torture.h"

/* Larger than the mappings of the -shm file, smaller than that of the store. */
#define LARGE (256 * 1024)

static int tell_paused, wait_go;
static bool armed;

static int munmap_paused(void *at, size_t len)
{
	if (armed && len > LARGE) {
		char ch = 'p';

		armed = false;
		if (write(tell_paused, &ch, 1) != 1 || read(wait_go, &ch, 1) != 1)
			_exit(9);
	}
	return munmap(at, len);
}

static void must(enum fail f, struct call *c)
{
	if (f)
		bail("%s", c->why);
}

static enum fail put(struct call *c, int64_t at, const char *text)
{
	return store_run(c, SQL("insert into meta (name, value) values (cast($1 as text), $2)"),
		PARAMS(at, text), NULL);
}

static void put_many(struct call *c, int64_t from, int64_t to)
{
	char text[1001] = {0};

	memset(text, 'x', sizeof text - 1);
	for (int64_t i = from; i < to; i++)
		must(put(c, i, text), c);
}

static void say(int fd, char ch)
{
	if (write(fd, &ch, 1) != 1)
		bail("lost the other process");
}

static char hear(int fd)
{
	char ch;

	return read(fd, &ch, 1) == 1 ? ch : '\0';
}

/* The process whose checkpoint pauses. */
static _Noreturn void checkpointer(const char *path, bool guarded, int in, int out)
{
	struct call c = {.store_path = path};
	sqlite3_vfs *vfs = sqlite3_vfs_find(NULL);
	sqlite3 *db;
	enum fail f;

	vfs->xSetSystemCall(vfs, "munmap", (sqlite3_syscall_ptr)munmap_paused);
	hear(in);
	must(store_open(&c), &c);
	db = c.store->handle.db;
	sqlite3_exec(db, "pragma mmap_size=268435456; select sum(length(value)) from meta", NULL,
		NULL, NULL);
	say(out, 'r');
	hear(in);
	tell_paused = out;
	wait_go = in;
	armed = true;
	f = guarded ? store_checkpoint(&c, NULL)
		    : sqlite3_wal_checkpoint_v2(db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL)
			      ? FAIL_IO
			      : FAIL_NONE;
	if (armed)
		say(out, 'n');
	say(out, 'd');
	_exit(f != FAIL_NONE);
}

/* One commit that does not wait long, as the other process may hold the lock while it pauses. */
static bool commit_critical(const char *path)
{
	sqlite3 *db = NULL;
	bool done = !sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL) &&
		    !sqlite3_busy_timeout(db, 200) && !sqlite3_wal_autocheckpoint(db, 0) &&
		    !sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL) &&
		    !sqlite3_exec(db, "pragma synchronous=full; begin immediate;"
				      "insert into meta (name, value) values ('critical', 'kept');"
				      "insert into meta (name, value) values ('more',"
				      " hex(zeroblob(1500))); commit", NULL, NULL, NULL);

	sqlite3_close(db);
	return done;
}

/* Fills the store, lets the other process pause in its checkpoint and commits meanwhile. True when
 * the commit was acknowledged; *PAUSED tells whether there was a pause. */
static bool provoke(const char *path, int in, int out, bool *paused)
{
	struct call w = {.store_path = path};
	bool acked;

	must(store_open(&w), &w);
	put_many(&w, 0, 600);
	must(store_checkpoint(&w, NULL), &w);
	say(out, 'o');
	hear(in);
	put_many(&w, 600, 700);
	must(store_checkpoint(&w, NULL), &w);
	say(out, 'g');
	*paused = hear(in) == 'p';
	acked = commit_critical(path);
	say(out, 'g');
	hear(in);
	if (!acked)
		acked = commit_critical(path);
	/* What is written from here on runs into the damage, if there is any. */
	if (store_checkpoint(&w, NULL) || put(&w, 2000, "next") || store_checkpoint(&w, NULL))
		printf("# %s\n", w.why);
	call_release(&w);
	return acked;
}

/* True when the commit is there and the file is whole afterwards. */
static bool survives(bool guarded)
{
	struct call c = {0};
	const char *path = arena_printf(&c.arena, "%s/trae.db", test_folder(&c));
	int to[2], from[2];
	bool kept, paused;
	pid_t pid;

	if (pipe(to) || pipe(from))
		bail("no pipes");
	fflush(stdout);
	/* Before this process opens the store: SQLite's locks do not survive a fork. */
	pid = fork();
	if (!pid) {
		close(to[1]);
		close(from[0]);
		checkpointer(path, guarded, to[0], from[1]);
	}
	close(to[0]);
	close(from[1]);
	kept = provoke(path, from[0], to[1], &paused);
	waitpid(pid, NULL, 0);
	close(to[1]);
	close(from[0]);
	tap(paused, "the %s checkpoint paused in the middle", guarded ? "guarded" : "bare");
	kept = kept && is_whole(path) &&
	       ask_number(path, "select count(*) from meta where name = 'critical'") == 1 &&
	       ask_number(path, "select count(*) from meta") == 703;
	call_release(&c);
	return kept;
}

int main(void)
{
	bool defect = store_wal_reset_defect(sqlite3_libversion_number());

	printf("# SQLite %s %s\n", sqlite3_libversion(),
		defect ? "has the WAL-reset defect" : "is not affected");
	tap(survives(true), "a checkpoint under the write lock loses nothing");
	tap(survives(false) != defect, "control: a bare checkpoint %s",
		defect ? "loses a commit" : "loses nothing in this SQLite");
	return tap_end();
}
