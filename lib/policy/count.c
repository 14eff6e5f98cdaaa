/* Counts: decisions too frequent for a row each are one row per caller, operation and minute. */
#include <stdlib.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/policy/state.h"
#include "lib/store/store.h"

#define MINUTE_MS 60000

struct count {
	struct count *next;
	char *caller, *operation;
	const char *channel, *effect, *decision; /* words of tables: they outlive this */
	int64_t minute, n;
};

void count_add(struct policy *p, const char *caller, const char *channel, const char *operation,
	const char *effect, const char *decision)
{
	int64_t minute = clock_now_ms() / MINUTE_MS;
	struct count *k;

	pthread_mutex_lock(&p->lock);
	for (k = p->counts; k; k = k->next)
		if (k->minute == minute && k->channel == channel && k->decision == decision &&
			!strcmp(k->operation, operation) && !strcmp(k->caller, caller))
			break;
	if (!k) {
		k = xmalloc(sizeof *k);
		*k = (struct count){.next = p->counts, .caller = xstrdup(caller),
			.operation = xstrdup(operation), .channel = channel, .effect = effect,
			.decision = decision, .minute = minute};
		p->counts = k;
	}
	k->n++;
	pthread_mutex_unlock(&p->lock);
}

static void free_one(struct count *k)
{
	free(k->caller);
	free(k->operation);
	free(k);
}

/* Takes the counts of past minutes (or ALL) out of P. */
static struct count *take(struct policy *p, bool all)
{
	int64_t minute = clock_now_ms() / MINUTE_MS;
	struct count *taken = NULL, **at = &p->counts;

	pthread_mutex_lock(&p->lock);
	while (*at) {
		struct count *k = *at;

		if (!all && k->minute == minute) {
			at = &k->next;
			continue;
		}
		*at = k->next;
		k->next = taken;
		taken = k;
	}
	pthread_mutex_unlock(&p->lock);
	return taken;
}

static void give_back(struct policy *p, struct count *counts)
{
	struct count *last = counts;

	while (last->next)
		last = last->next;
	pthread_mutex_lock(&p->lock);
	last->next = p->counts;
	p->counts = counts;
	pthread_mutex_unlock(&p->lock);
}

static enum fail append(struct call *c, const struct count *k)
{
	for (; k; k = k->next) {
		struct audit_row row = {.decided_at = k->minute * MINUTE_MS, .n = k->n,
			.caller = k->caller, .channel = k->channel, .operation = k->operation,
			.effect = k->effect, .decision = k->decision};

		TRY(audit_append(c, &row));
	}
	return FAIL_NONE;
}

enum fail count_flush(struct call *c, bool all)
{
	struct policy *p = policy_of(c);
	struct count *counts = take(p, all);
	enum fail f;

	if (!counts)
		return FAIL_NONE;
	f = store_begin(c);
	if (!f)
		f = store_end(c, append(c, counts));
	if (f) {
		give_back(p, counts);
		return f;
	}
	while (counts) {
		struct count *next = counts->next;

		free_one(counts);
		counts = next;
	}
	return FAIL_NONE;
}

void count_free(struct policy *p)
{
	while (p->counts) {
		struct count *next = p->counts->next;

		free_one(p->counts);
		p->counts = next;
	}
}
