/* Rate: at most so many calls in any 60 s and a fifth of them in any 10 s, counted exactly. */
#include <stdlib.h>
#include <string.h>

#include "lib/policy/state.h"

#define WINDOW_S 60
#define BURST_S 10
#define BURST_PART 5
/* When to ask again for what is under way, as long as nobody knows how long that takes. */
#define HELD_RETRY_S 30

/* The times of a caller's last LIMIT calls, in a ring. */
struct rate_log {
	struct rate_log *next;
	char *id;
	int64_t limit;
	int64_t count; /* of all calls; the last one stands at (count - 1) % limit */
	int64_t at_ms[];
};

/* When the call before the last N - 1 ones was; long ago when there were fewer. */
static int64_t nth_last(const struct rate_log *l, int64_t n)
{
	return n > l->count ? INT64_MIN / 2 : l->at_ms[(l->count - n) % l->limit];
}

/* How many of the kept calls were at SINCE_MS or later. */
static int64_t calls_since(const struct rate_log *l, int64_t since_ms)
{
	int64_t low = 0, high = l->count < l->limit ? l->count : l->limit;

	while (low < high) {
		int64_t mid = (low + high + 1) / 2;

		if (nth_last(l, mid) >= since_ms)
			low = mid;
		else
			high = mid - 1;
	}
	return low;
}

static void drop(struct rate_log **at)
{
	struct rate_log *l = *at;

	*at = l->next;
	free(l->id);
	free(l);
}

/* On the way those go that have all of their rate again. */
static struct rate_log *log_of(struct policy *p, const struct caller *who, int64_t now)
{
	struct rate_log *l, **at = &p->rates;

	while ((l = *at) && strcmp(l->id, who->id))
		if (now - nth_last(l, 1) >= WINDOW_S * 1000)
			drop(at);
		else
			at = &l->next;
	if (l && l->limit == who->rate)
		return l;
	if (l)
		drop(at);
	l = xmalloc(sizeof *l + (size_t)who->rate * sizeof *l->at_ms);
	*l = (struct rate_log){.limit = who->rate, .id = xstrdup(who->id), .next = *at};
	return *at = l;
}

/* Milliseconds until the N-th last call is WINDOW_S old, 0 when it is. */
static int64_t wait_ms(const struct rate_log *l, int64_t n, int64_t window_s, int64_t now)
{
	int64_t left = nth_last(l, n) + window_s * 1000 - now;

	return left > 0 ? left : 0;
}

static bool take(struct rate_log *l, int64_t now, struct rate *out)
{
	int64_t burst = l->limit < BURST_PART ? 1 : l->limit / BURST_PART;
	int64_t long_ms = wait_ms(l, l->limit, WINDOW_S, now);
	int64_t short_ms = wait_ms(l, burst, BURST_S, now);
	int64_t used;

	if (long_ms || short_ms) {
		bool whole = long_ms >= short_ms;

		*out = (struct rate){.name = "default", .limit = whole ? l->limit : burst,
			.window_s = whole ? WINDOW_S : BURST_S,
			.reset_s = ((whole ? long_ms : short_ms) + 999) / 1000};
		return false;
	}
	l->at_ms[l->count++ % l->limit] = now;
	used = calls_since(l, now - WINDOW_S * 1000 + 1);
	*out = (struct rate){.name = "default", .limit = l->limit,
		.remaining = l->limit - used, .window_s = WINDOW_S,
		.reset_s = (wait_ms(l, used, WINDOW_S, now) + 999) / 1000};
	return true;
}

enum fail rate_take(struct call *c, const struct caller *who, int64_t now_boot_ms)
{
	struct rate *left = ARENA_NEW(&c->arena, struct rate, 1);
	struct policy *p = policy_of(c);
	bool passed;

	pthread_mutex_lock(&p->lock);
	passed = take(log_of(p, who, now_boot_ms), now_boot_ms, left);
	pthread_mutex_unlock(&p->lock);
	c->rate = left;
	if (passed)
		return FAIL_NONE;
	return fail(c, FAIL_LIMIT, "more than %lld calls in %lld seconds: wait %lld s",
		(long long)left->limit, (long long)left->window_s, (long long)left->reset_s);
}

void policy_held(struct call *c, const char *name, int64_t limit, int64_t median_ms)
{
	struct rate *held = ARENA_NEW(&c->arena, struct rate, 1);

	*held = (struct rate){.name = name, .limit = limit,
		.reset_s = median_ms < 0 ? HELD_RETRY_S : median_ms / 1000 + 1};
	c->rate = held;
}

void rate_free(struct policy *p)
{
	while (p->rates)
		drop(&p->rates);
}
