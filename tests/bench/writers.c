/* Eight processes write to one store at once: how evenly they are served, and how long the unlucky
 * ones wait, with the store's own busy handler and with SQLite's busy_timeout, slice by slice in
 * turns.
 *     writers [ROUNDS [SECONDS-OF-A-SLICE]]
 * Prints one line for each measure: name, value, against, ratio, goal (tab-separated). */
#include <stdatomic.h>
#include <sys/mman.h>

#include "lib/base/clock.h"
#include "lib/store/handle.h"
#include "tests/torture/torture.h"

#define WRITERS 8
#define SAMPLES 65536

struct writer {
	int count;
	int32_t us[SAMPLES]; /* of each transaction */
};

struct board {
	atomic_bool start, stop;
	atomic_int ready;
	struct writer writers[WRITERS];
};

struct outcome {
	double worst_p99_ms, least_share, per_second;
};

static enum fail write_once(struct call *c, int64_t who)
{
	TRY(store_begin(c));
	return store_end(c, store_run(c, SQL("insert into counter (name, n)"
		" values (cast($1 as text), 1) on conflict (name) do update set n = counter.n + 1"),
		PARAMS(who), NULL));
}

static _Noreturn void write_on(struct board *b, const char *path, int who, bool timeout)
{
	struct call c = {.store_path = path};
	struct writer *w = &b->writers[who];

	if (store_open(&c)) {
		fprintf(stderr, "a writer cannot begin: %s\n", c.why);
		_exit(1);
	}
	if (timeout)
		sqlite3_busy_timeout(c.store->handle.db, STORE_WAIT_MS);
	atomic_fetch_add(&b->ready, 1);
	while (!atomic_load(&b->start))
		sleep_us(100);
	while (!atomic_load(&b->stop) && w->count < SAMPLES) {
		int64_t from_us = clock_boot_us();
		enum fail f = write_once(&c, who);

		/* Waiting in vain for 10 s is a sample too. */
		if (f && f != FAIL_BUSY)
			_exit(1);
		fail_forget(&c);
		w->us[w->count++] = (int32_t)(clock_boot_us() - from_us);
	}
	_exit(0);
}

static int by_size(const void *a, const void *b)
{
	int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;

	return x < y ? -1 : x > y;
}

static struct outcome summarise(struct board *b, double seconds)
{
	struct outcome o = {0};
	int total = 0, least = SAMPLES;

	for (int i = 0; i < WRITERS; i++) {
		struct writer *w = &b->writers[i];
		double p99_ms;

		qsort(w->us, (size_t)w->count, sizeof *w->us, by_size);
		p99_ms = w->count ? w->us[w->count * 99 / 100] / 1000.0 : seconds * 1000;
		if (p99_ms > o.worst_p99_ms)
			o.worst_p99_ms = p99_ms;
		if (w->count < least)
			least = w->count;
		total += w->count;
	}
	o.least_share = total ? (double)least * WRITERS / total : 0;
	o.per_second = total / seconds;
	return o;
}

static struct outcome slice(const char *path, bool timeout, double seconds)
{
	struct board *b = mmap(NULL, sizeof *b, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		-1, 0);
	pid_t pids[WRITERS];
	struct outcome o;

	if (b == MAP_FAILED)
		bail("no memory");
	fflush(stdout);
	for (int i = 0; i < WRITERS; i++) {
		pids[i] = fork();
		if (!pids[i])
			write_on(b, path, i, timeout);
	}
	while (atomic_load(&b->ready) < WRITERS) {
		if (waitpid(-1, NULL, WNOHANG)) {
			atomic_store(&b->stop, true);
			atomic_store(&b->start, true);
			bail("a writer did not begin");
		}
		sleep_us(1000);
	}
	atomic_store(&b->start, true);
	sleep_us((long)(seconds * 1e6));
	atomic_store(&b->stop, true);
	for (int i = 0; i < WRITERS; i++) {
		int status;

		if (waitpid(pids[i], &status, 0) != pids[i] || status)
			bail("a writer failed");
	}
	o = summarise(b, seconds);
	munmap(b, sizeof *b);
	return o;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static double median(double *values, int n)
{
	qsort(values, (size_t)n, sizeof *values, by_value);
	return values[n / 2];
}

int main(int argc, char **argv)
{
	int rounds = argc > 1 ? atoi(argv[1]) : 5;
	double seconds = argc > 2 ? atof(argv[2]) : 4;
	double p99[2][64], share[2][64], rate[2][64];
	struct call c = {0};
	const char *path = arena_printf(&c.arena, "%s/trae.db", test_folder(&c));

	if (rounds < 1 || rounds > 64)
		bail("1 to 64 rounds");
	for (int i = 0; i < rounds; i++)
		for (int timeout = 0; timeout < 2; timeout++) {
			struct outcome o = slice(path, timeout, seconds);

			p99[timeout][i] = o.worst_p99_ms;
			share[timeout][i] = o.least_share;
			rate[timeout][i] = o.per_second;
		}
	printf("8 writers: worst p99 in ms\t%.1f\t%.1f\t%.4f\t0.05\n", median(p99[0], rounds),
		median(p99[1], rounds), median(p99[0], rounds) / median(p99[1], rounds));
	printf("8 writers: least-served share\t%.2f\t%.2f\t-\t0.80\n", median(share[0], rounds),
		median(share[1], rounds));
	printf("8 writers: commits per second\t%.0f\t%.0f\t%.2f\t-\n", median(rate[0], rounds),
		median(rate[1], rounds), median(rate[0], rounds) / median(rate[1], rounds));
	call_release(&c);
	return 0;
}
