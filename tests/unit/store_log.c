/* The log of the store: moved, bounded, shortened; and reads that would keep it. */
#include <unistd.h>

#include "tests/unit/store_home.h"

TEST(log_stays_after_close)
{
	struct call other;
	const char *wal;

	with_store(c);
	other = OTHER(c);
	CHECK_OK(store_open(&other));
	CHECK_OK(put(&other, "a", 1));
	call_release(&other);
	c->store_close(c->store);
	c->store = NULL;
	wal = arena_printf(&c->arena, "%s-wal", c->store_path);
	CHECK(!access(wal, F_OK));
	CHECK_TEXT(ask(c, c->store_path, "pragma journal_mode"), "wal");
	CHECK_OK(store_open_read(c));
	CHECK(count(c) == 1);
}

TEST(checkpoint_waits_for_nobody)
{
	struct call other;
	int64_t left = -1;

	with_store(c);
	other = OTHER(c);
	CHECK_OK(store_open(&other));
	CHECK_OK(put(c, "a", 1));
	CHECK_OK(store_begin(&other));
	CHECK_OK(store_checkpoint(c, &left));
	CHECK(left > 0);
	store_rollback(&other);
	CHECK_OK(store_checkpoint(c, &left));
	CHECK(left == 0);
	call_release(&other);
}

TEST(log_does_not_grow_without_end)
{
	const char *wal;
	char text[20001] = {0};

	with_store(c);
	wal = arena_printf(&c->arena, "%s-wal", c->store_path);
	for (int i = 0; i < 2000; i++) {
		memset(text, 'a' + i % 26, sizeof text - 1);
		CHECK_OK(store_begin(c));
		CHECK_OK(store_run(c, SQL("insert into meta (name, value) values ('x', $1)"
			" on conflict (name) do update set value = excluded.value"),
			PARAMS(&text[0]), NULL));
		CHECK_OK(store_commit(c));
	}
	CHECK(bytes_of(wal) > STORE_LOG_PAGES * 4096);
	CHECK(bytes_of(wal) < (STORE_LOG_PAGES + 100) * 4120);
}

/* Writes a mebibyte at a time until that fails or N were written: how many were. */
static int write_mebibytes(struct call *c, int n, enum fail *ended)
{
	char *text = arena_alloc(&c->arena, (1 << 20) + 1, 1);
	int i = 0;

	for (*ended = FAIL_NONE; i < n && *ended == FAIL_NONE; i += *ended == FAIL_NONE) {
		memset(text, 'a' + i % 26, 1 << 20); /* what is the same is not written again */
		*ended = store_begin(c);
		if (*ended == FAIL_NONE)
			*ended = store_end(c, store_run(c, SQL("insert into meta (name, value)"
				" values ('x', $1) on conflict (name) do update set"
				" value = excluded.value"), PARAMS(text), NULL));
	}
	return i;
}

TEST(a_reader_that_stays_bounds_the_log)
{
	struct call reader, other;
	const char *wal;
	enum fail ended;
	QUERY_AUTO q;

	with_store(c);
	wal = arena_printf(&c->arena, "%s-wal", c->store_path);
	CHECK_OK(put(c, "before", 1));
	reader = OTHER(c);
	CHECK_OK(store_open_read(&reader));
	CHECK_OK(query_start(&reader, SQL("select count(*) from counter"), NO_PARAMS, &q));
	CHECK(query_next(&reader, &q, &ended));
	CHECK(write_mebibytes(c, 100, &ended) < 64);
	CHECK(ended == FAIL_BUSY);
	CHECK(strstr(c->why, "reads"));
	fail_forget(c);
	CHECK(bytes_of(wal) < 64 << 20);
	/* A process that knows nothing of it adds nothing to it either. */
	other = OTHER(c);
	CHECK_OK(store_open(&other));
	CHECK(store_begin(&other) == FAIL_BUSY);
	call_release(&other);
	/* Reading goes on, and without that reader writing, too. */
	CHECK(count(c) == 1);
	query_end(&q);
	call_release(&reader);
	CHECK(write_mebibytes(c, 100, &ended) == 100);
	CHECK(bytes_of(wal) < 64 << 20);
}

#define COUNT_TO                                                                                   \
	SQL("with recursive n (i) as (select 1 union all select i + 1 from n where i < $1)"         \
		" select max(i) from n")

TEST(a_read_without_end_is_ended)
{
	QUERY_AUTO first;
	QUERY_AUTO endless;
	QUERY_AUTO short_one;
	enum fail f;

	with_store(c);
	CHECK_OK(put(c, "a", 1));
	CHECK_OK(put(c, "b", 1));
	CHECK_OK(query_start(c, SQL("select name from counter"), NO_PARAMS, &first));
	CHECK(query_next(c, &first, &f));
	CHECK_OK(query_start(c, COUNT_TO, PARAMS((int64_t)1 << 60), &endless));
	CHECK(!query_next(c, &endless, &f));
	CHECK(f == FAIL_BUSY);
	CHECK(strstr(c->why, "took over 5 s"));
	fail_forget(c);
	/* As is one whose rows nobody fetched meanwhile. */
	CHECK(!query_next(c, &first, &f));
	CHECK(f == FAIL_BUSY);
	fail_forget(c);
	CHECK_OK(query_start(c, COUNT_TO, PARAMS(1000), &short_one));
	CHECK(query_next(c, &short_one, &f));
	CHECK(query_int(&short_one, 0) == 1000);
	CHECK(count(c) == 2);
}

TEST(short_commands_leave_a_short_log)
{
	const char *wal;
	int64_t moved = 0, made = 0, most = (STORE_LOG_PAGES_AT_CLOSE + 20) * 4120;

	at_new_place(c);
	wal = arena_printf(&c->arena, "%s-wal", c->store_path);
	for (int i = 0; i < 60; i++) {
		struct call other = OTHER(c);

		CHECK_OK(store_open(&other));
		CHECK_OK(put(&other, arena_printf(&other.arena, "%0900d", i), i));
		call_release(&other);
		made = made ? made : bytes_of(wal);
	}
	/* Never longer than where it is shortened, plus one commit, or than making a store took. */
	CHECK(bytes_of(wal) <= (made > most ? made : most));
	CHECK_OK(store_open(c));
	CHECK(count(c) == 60);
	CHECK_OK(store_checkpoint(c, &moved));
}
