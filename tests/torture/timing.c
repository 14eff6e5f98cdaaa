/* Time tells nothing of a key: wrong in its first random character or in its last, it is refused in
 * the same time (Welch's t of SAMPLES measurements below 4.5, as dudect judges).
 *     timing [SAMPLES]
 * The control: comparing byte by byte up to the first that differs is told apart. */
#include <math.h>

#include "lib/base/clock.h"
#include "lib/base/id.h"
#include "lib/os/file.h"
#include "lib/policy/api_key.h"
#include "lib/policy/state.h"
#include "tests/torture/torture.h"

#define LIMIT 4.5
#define FIRST (sizeof KEY_PREFIX - 1 + TOKEN_ID_CHARS + 1)
#define LAST (FIRST + 42)
#define BATCH 4096

struct series {
	double mean, squares, count;
};

/* Welford's running mean and sum of squares. */
static void add(struct series *s, double x)
{
	double before = x - s->mean;

	s->count++;
	s->mean += before / s->count;
	s->squares += before * (x - s->mean);
}

static double t_of(const struct series *a, const struct series *b)
{
	double a_part = a->squares / (a->count - 1) / a->count;
	double b_part = b->squares / (b->count - 1) / b->count;

	return (a->mean - b->mean) / sqrt(a_part + b_part);
}

static int64_t now_ns(void)
{
	struct timespec at;

	clock_gettime(CLOCK_MONOTONIC, &at);
	return at.tv_sec * INT64_C(1000000000) + at.tv_nsec;
}

/* TEXT with the character at AT changed, and the check at its end made right again. */
static const char *wrong_at(struct call *c, const char *text, size_t at)
{
	char *other = arena_strdup(&c->arena, text);

	other[at] = other[at] == 'a' ? 'b' : 'a';
	token_check(other);
	return other;
}

static void real(struct call *c, const char *right, const char *given)
{
	struct call own = {.store_path = c->store_path, .policy = c->policy};
	const struct caller *who;

	(void)right;
	if (caller_from_key(&own, given, NULL, &who) != FAIL_AUTH)
		bail("a wrong key was taken");
	call_release(&own);
}

static void naive(struct call *c, const char *right, const char *given)
{
	volatile size_t i = 0;

	(void)c;
	while (right[i] && right[i] == given[i])
		i++;
}

static int ascending(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

/* Largest |t| over all samples, and without the slowest tenth, which the machine's other work
 * makes. */
static double tell_apart(struct call *c, const char *right, long samples,
	void (*check)(struct call *c, const char *right, const char *given))
{
	const char *given[2] = {wrong_at(c, right, FIRST), wrong_at(c, right, LAST)};
	struct series all[2] = {{0}}, quick[2] = {{0}};
	static int64_t took[BATCH], sorted[BATCH];
	static unsigned char kind[BATCH];
	char text[FIRST + 43 + 6 + 1]; /* both stand at the same place */

	for (int i = 0; i < BATCH; i++) /* caches and branch predictors get warm */
		check(c, right, given[i & 1]);
	for (long done = 0; done < samples; done += BATCH) {
		random_bytes(kind, sizeof kind);
		for (int i = 0; i < BATCH; i++) {
			int64_t start;

			memcpy(text, given[kind[i] & 1], sizeof text);
			start = now_ns();
			check(c, right, text);
			took[i] = now_ns() - start;
		}
		memcpy(sorted, took, sizeof took);
		qsort(sorted, BATCH, sizeof *sorted, ascending);
		for (int i = 0; i < BATCH; i++) {
			add(&all[kind[i] & 1], (double)took[i]);
			if (took[i] <= sorted[BATCH * 9 / 10])
				add(&quick[kind[i] & 1], (double)took[i]);
		}
	}
	return fmax(fabs(t_of(&all[0], &all[1])), fabs(t_of(&quick[0], &quick[1])));
}

int main(int argc, char **argv)
{
	long samples = argc > 1 ? strtol(argv[1], NULL, 10) : 50000;
	struct call c = {0};
	struct api_key k = {.name = "one", .role = ROLE_VIEWER};
	const char *folder = test_folder(&c), *made, *text;
	double t;

	c.store_path = arena_printf(&c.arena, "%s/data/trae.db", folder);
	setenv("XDG_CONFIG_HOME", folder, 1);
	setenv("XDG_STATE_HOME", folder, 1);
	unsetenv("DBUS_SESSION_BUS_ADDRESS");
	unsetenv("CREDENTIALS_DIRECTORY");
	if (store_open(&c) || secret_make_key_file(&c, NULL, &made) ||
		api_key_create(&c, &k, &text))
		bail("cannot make a key: %s", c.why);
	t = tell_apart(&c, text, samples, real);
	tap(t < LIMIT, "%ld wrong keys: |t| %.2f", samples, t);
	t = tell_apart(&c, text, samples, naive);
	tap(t > LIMIT, "control: a naive comparison is told apart: |t| %.2f", t);
	call_release(&c);
	return tap_end();
}
