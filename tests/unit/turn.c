/* Turns: threads of one process that write. */
#include <pthread.h>
#include <unistd.h>

#include "lib/store/handle.h"
#include "tests/unit/store_home.h"

#define THREADS 4
#define TIMES 100

static struct call *first;
static int order[THREADS * TIMES], taken;

static void *write_many(void *number)
{
	struct call own = OTHER(first), *c = &own;

	CHECK_OK(store_open(c));
	for (int i = 0; i < TIMES; i++) {
		CHECK_OK(store_begin(c));
		order[taken++] = *(int *)number;
		CHECK_OK(store_end(c, put(c, arena_printf(&c->arena, "%d-%d", *(int *)number, i), 1)));
	}
	call_release(c);
	return NULL;
}

TEST(each_comes_in_turn)
{
	int numbers[THREADS], again = 0;
	pthread_t threads[THREADS];

	with_store(c);
	first = c;
	/* All of them wait at first. */
	CHECK_OK(store_begin(c));
	for (int i = 0; i < THREADS; i++) {
		numbers[i] = i;
		CHECK(!pthread_create(&threads[i], NULL, write_many, &numbers[i]));
	}
	usleep(200000);
	CHECK(!taken);
	store_rollback(c);
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	CHECK(count(c) == THREADS * TIMES);
	CHECK(taken == THREADS * TIMES);
	/* Who has just written stands behind those who wait; the last may be alone. */
	for (int i = 1; i < taken; i++)
		again += order[i] == order[i - 1];
	printf("# %d times the same thread twice\n", again);
	CHECK(again < THREADS * TIMES / 4);
}

static volatile sig_atomic_t stop;

static void *begin_in_vain(void *failed)
{
	struct call own = OTHER(first), *c = &own;

	c->cancelled = &stop;
	CHECK_OK(store_open(c));
	*(enum fail *)failed = store_begin(c);
	call_release(c);
	return NULL;
}

TEST(who_is_told_to_stop_waits_no_longer)
{
	enum fail failed = FAIL_NONE;
	pthread_t thread;

	with_store(c);
	first = c;
	CHECK_OK(store_begin(c));
	CHECK(!pthread_create(&thread, NULL, begin_in_vain, &failed));
	usleep(100000);
	stop = 1;
	pthread_join(thread, NULL);
	stop = 0;
	CHECK(failed == FAIL_INTERRUPTED);
	CHECK_OK(store_end(c, put(c, "a", 1)));
}

static void *write_one(void *data)
{
	struct call own = OTHER(first), *c = &own;

	(void)data;
	CHECK_OK(store_open(c));
	CHECK_OK(put(c, "a", 1));
	CHECK_OK(store_begin(c));
	CHECK_OK(store_end(c, put(c, "b", 1)));
	call_release(c);
	return NULL;
}

TEST(a_transaction_that_was_lost_gives_its_turn_back)
{
	pthread_t thread;

	with_store(c);
	first = c;
	CHECK_OK(store_begin(c));
	CHECK(sqlite3_exec(c->store->handle.db, "rollback", NULL, NULL, NULL) == SQLITE_OK);
	CHECK(store_commit(c) == FAIL_BUG);
	fail_forget(c);
	CHECK(!pthread_create(&thread, NULL, write_one, NULL));
	pthread_join(thread, NULL);
	CHECK(count(c) == 2);
}

TEST(one_store_within_another_takes_one_turn)
{
	struct call other;

	with_store(c);
	other = OTHER(c);
	other.store_path = arena_printf(&c->arena, "%s-other", c->store_path);
	CHECK_OK(store_open(&other));
	CHECK_OK(store_begin(c));
	CHECK_OK(store_begin(&other));
	CHECK_OK(store_end(&other, put(&other, "a", 1)));
	CHECK_OK(store_end(c, put(c, "a", 1)));
	call_release(&other);
}
