/* Putting a copy in the place of the store. */
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "lib/base/fault.h"
#include "lib/os/file.h"
#include "lib/os/lock.h"
#include "lib/store/handle.h"
#include "lib/store/store.h"

struct replacement {
	const char *path, *keep;
	enum fail (*kept)(struct call *c, void *data);
	void *data;
};

/* A failure behind the point of no return. */
static enum fail unknown(struct call *c, const char *path)
{
	fail_context(c, "the store %s may or may not be replaced, do it again", path);
	return FAIL_UNKNOWN;
}

/* Overwrites a store that works, within one transaction, after keeping a copy of it. */
static enum fail overwrite(struct call *c, const struct replacement *r, struct handle *from)
{
	HANDLE_AUTO to = {0};
	enum fail f;

	TRY(handle_open(c, r->path, SQLITE_OPEN_READWRITE, &to));
	TRY(copy_to(c, &to, arena_printf(&c->arena, "%s/store.db", r->keep)));
	if (r->kept)
		TRY(r->kept(c, r->data));
	f = copy_pages(c, from, &to);
	return f == FAIL_IO || f == FAIL_FULL ? unknown(c, r->path) : f;
}

/* Moves the parts of a damaged store into the folder KEEP and puts FRESH in its place. PATH names
 * the old file or the new one at every moment, never none. */
static enum fail exchange(struct call *c, const char *path, const char *fresh, const char *keep)
{
	static const char *const tails[] = {"-wal", "-shm"};
	const char *kept = arena_printf(&c->arena, "%s/%s", keep, path_base(path));

	for (size_t i = 0; i < sizeof tails / sizeof *tails; i++) {
		const char *from = arena_printf(&c->arena, "%s%s", path, tails[i]);
		const char *to = arena_printf(&c->arena, "%s%s", kept, tails[i]);

		if ((fault_io(EIO) || rename(from, to)) && errno != ENOENT)
			return fail_errno(c, errno, "cannot move %s to %s", from, to);
	}
	if ((fault_io(EIO) || link(path, kept)) && errno != ENOENT)
		return fail_errno(c, errno, "cannot keep %s as %s", path, kept);
	TRY(dir_sync_of(c, kept));
	if (fault_io(EIO) || rename(fresh, path))
		return fail_errno(c, errno, "cannot rename to %s", path);
	return FAIL_NONE;
}

/* What follows the rename: the new store is in place, though not yet for good. */
static enum fail settle(struct call *c, const char *path)
{
	HANDLE_AUTO h = {0};

	TRY(dir_sync_of(c, path));
	TRY(handle_open(c, path, SQLITE_OPEN_READWRITE, &h));
	return handle_exec(c, &h, "pragma journal_mode=wal");
}

static enum fail put_in_place(struct call *c, const struct replacement *r, struct handle *from)
{
	const char *fresh = arena_printf(&c->arena, "%s.restored", r->path);
	enum fail f;

	copy_remove(c, fresh);
	f = copy_to(c, from, fresh);
	if (!f)
		f = exchange(c, r->path, fresh, r->keep);
	if (f) {
		copy_remove(c, fresh);
		return f;
	}
	return settle(c, r->path) ? unknown(c, r->path) : FAIL_NONE;
}

enum fail store_replace(struct call *c, const char *copy, const char *keep,
	enum fail (*kept)(struct call *c, void *data), void *data)
{
	struct replacement r = {store_path(c), keep, kept, data};
	struct call trial = {.store_path = r.path};
	HANDLE_AUTO from = {0};
	FILE_AUTO alone = -1;
	enum fail damage;

	if (c->store)
		c->store_close(c->store);
	c->store = NULL;
	TRY(dir_make(c, path_dir(c, r.path)));
	if (lock_take(c, arena_printf(&c->arena, "%s-open.lock", r.path), true, 0, &alone)) {
		fail_forget(c);
		return fail(c, FAIL_BUSY, "another process uses the store %s: stop it first",
			r.path);
	}
	TRY(store_verify(c, copy));
	TRY(handle_open(c, copy, SQLITE_OPEN_READONLY, &from));
	damage = store_verify(&trial, r.path);
	call_release(&trial);
	/* Only what is known to be damaged or absent is exchanged: a passing failure to read is not
	 * a reason to give up a store. */
	if (damage == FAIL_NONE)
		return overwrite(c, &r, &from);
	if (damage != FAIL_INPUT && damage != FAIL_MISSING)
		return fail(c, damage, "the store %s could not be checked; try again", r.path);
	return put_in_place(c, &r, &from);
}
