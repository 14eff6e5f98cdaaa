/* Courier: delivers what lib/model/callback.h keeps in the outbox, several at a time. */
#include "lib/work/courier.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/config/config.h"
#include "lib/os/file.h"
#include "lib/store/store.h"
#include "lib/work/errand.h"

/* Longer than a request can take: who claims after it knows that the claimant died. */
#define LEASE_MS (COURIER_TIMEOUT_MS + 60000)
#define LONGEST_WAIT_MS 60000
/* A loop that steps all the time has the outbox looked into so often while nothing comes back. */
#define LOOK_MS 50
#define PAUSE_MS 5000

struct courier {
	struct errand *slots[COURIER_SLOTS];
	struct errand_secrets secrets;
	bool closing;                  /* nothing new is sent */
	volatile sig_atomic_t stopped; /* what is under way is broken off */
	int event;                     /* told by every errand that is back */
	int64_t look_boot_ms;          /* when the outbox is looked into next */
	int64_t next_at;               /* what it said last */
	struct call *teller;           /* the caller of this step: who hears of failures */
};

enum fail courier_start(struct call *c, struct courier **out)
{
	struct courier *k;
	int event;

	TRY(config_load(c));
	TRY(store_open(c));
	event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (event < 0)
		return fail_errno(c, errno, "no descriptor for callbacks");
	k = xmalloc(sizeof *k);
	*k = (struct courier){.event = event};
	*out = k;
	return FAIL_NONE;
}

int courier_fd(const struct courier *k)
{
	return k->event;
}

static size_t under_way(const struct courier *k)
{
	size_t n = 0;

	for (int i = 0; i < COURIER_SLOTS; i++)
		n += k->slots[i] != NULL;
	return n;
}

static void count(struct courier *k, const struct callback *of, const struct callback_result *r,
	struct courier_step *out)
{
	bool last = of->attempt - of->first_attempt >= CALLBACK_ATTEMPTS;

	if (r->outcome == CALLBACK_RELEASED)
		return;
	if (r->outcome == CALLBACK_DELIVERED)
		out->delivered++;
	else if (r->outcome == CALLBACK_RETRY && !last)
		out->retrying++;
	else
		out->failed++;
	if (r->outcome != CALLBACK_DELIVERED)
		call_warn(k->teller, "callback %s (%s), attempt %lld: %s", of->id, of->event,
			(long long)of->attempt, r->error);
}

static enum fail record(struct call *c, struct courier *k, const bool *back,
	struct courier_step *out)
{
	for (int i = 0; i < COURIER_SLOTS; i++) {
		struct callback_result r;

		if (!back[i])
			continue;
		r = errand_judge(k->slots[i]);
		TRY(callback_finish(c, &k->slots[i]->callback, &r));
		count(k, &k->slots[i]->callback, &r, out);
	}
	return FAIL_NONE;
}

/* Records the errands that are back, in one transaction, and empties their slots. *ANY: there were
 * some. */
static enum fail harvest(struct call *c, struct courier *k, bool *any, struct courier_step *out)
{
	bool back[COURIER_SLOTS] = {false};

	for (int i = 0; i < COURIER_SLOTS; i++) {
		back[i] = k->slots[i] && atomic_load(&k->slots[i]->back);
		*any |= back[i];
	}
	if (!*any)
		return FAIL_NONE;
	TRY(store_begin(c));
	TRY(store_end(c, record(c, k, back, out)));
	for (int i = 0; i < COURIER_SLOTS; i++) {
		if (!back[i])
			continue;
		errand_free(k->slots[i]);
		k->slots[i] = NULL;
	}
	return FAIL_NONE;
}

struct batch {
	struct errand *errands[COURIER_SLOTS];
	bool claimed[COURIER_SLOTS];
	size_t n;
};

static void batch_free(struct batch *b)
{
	for (size_t i = 0; i < b->n; i++)
		if (b->errands[i])
			errand_free(b->errands[i]);
}

static enum fail claim(struct call *c, struct batch *b)
{
	for (size_t i = 0; i < b->n; i++)
		TRY(callback_claim(c, &b->errands[i]->callback, clock_now_ms(), LEASE_MS,
			&b->claimed[i]));
	return FAIL_NONE;
}

/* Sends off what is due in the free slots. It is signed before it is claimed, so that no secret is
 * waited for while the store is locked, and claimed before it is sent. */
static enum fail send_due(struct call *c, struct courier *k)
{
	__attribute__((cleanup(batch_free))) struct batch b = {.n = 0};
	size_t n, free_slots = COURIER_SLOTS - under_way(k), slot = 0;
	struct callback *due;

	if (!free_slots)
		return FAIL_NONE;
	TRY(callback_due(c, clock_now_ms(), free_slots, COURIER_EACH, &due, &n));
	if (!n)
		return FAIL_NONE;
	for (; b.n < n; b.n++)
		TRY(errand_make(c, &due[b.n], &k->secrets, &k->stopped, k->event,
			&b.errands[b.n]));
	TRY(store_begin(c));
	TRY(store_end(c, claim(c, &b)));
	for (size_t i = 0; i < n; i++) {
		if (!b.claimed[i])
			continue;
		while (k->slots[slot])
			slot++;
		k->slots[slot] = b.errands[i];
		b.errands[i] = NULL;
		errand_start(k->slots[slot]);
	}
	return FAIL_NONE;
}

static void wait_for_one(const struct courier *k, int64_t wait_ms)
{
	struct pollfd event = {.fd = k->event, .events = POLLIN};
	uint64_t number;

	if (wait_ms > LONGEST_WAIT_MS)
		wait_ms = LONGEST_WAIT_MS;
	if (wait_ms > 0 && under_way(k))
		(void)poll(&event, 1, (int)wait_ms);
	if (read(k->event, &number, sizeof number) < 0)
		return; /* nobody came back */
}

static enum fail step(struct call *c, struct courier *k, bool look, struct courier_step *out)
{
	TRY(harvest(c, k, &look, out));
	if (look || clock_boot_ms() >= k->look_boot_ms) {
		k->look_boot_ms = clock_boot_ms() + PAUSE_MS;
		if (!k->closing)
			TRY(send_due(c, k));
		TRY(callback_next(c, &k->next_at));
		k->look_boot_ms = clock_boot_ms() + LOOK_MS;
	}
	out->under_way = (int)under_way(k);
	out->next_at = k->next_at;
	return FAIL_NONE;
}

/* Runs one step in a call whose memory goes when it ends, with the store of C: a server steps for
 * months. */
static enum fail step_apart(struct call *c, struct courier *k, bool look,
	struct courier_step *out)
{
	struct call own = {.channel = c->channel, .cancelled = c->cancelled, .config = c->config,
		.store = c->store, .store_path = c->store_path};
	enum fail f;

	k->teller = c;
	f = step(&own, k, look, out);
	if (f != FAIL_NONE)
		f = fail(c, f, "%s", own.why);
	call_release(&own);
	return f;
}

enum fail courier_step(struct call *c, struct courier *k, int64_t wait_ms,
	struct courier_step *out)
{
	struct courier_step done = {0};

	wait_for_one(k, wait_ms);
	TRY(step_apart(c, k, wait_ms > 0, &done));
	*out = done;
	return FAIL_NONE;
}

enum fail courier_stop(struct call *c, struct courier *k, int64_t grace_ms)
{
	int64_t end_ms = clock_boot_ms() + grace_ms;
	enum fail f = FAIL_NONE;

	k->closing = true;
	while (f == FAIL_NONE && under_way(k)) {
		int64_t left_ms = end_ms - clock_boot_ms();
		struct courier_step done = {0};

		k->stopped = left_ms <= 0; /* every errand sees it within a second */
		wait_for_one(k, left_ms > 0 ? left_ms : 1000);
		f = step_apart(c, k, true, &done);
	}
	k->stopped = true;
	for (int i = 0; i < COURIER_SLOTS; i++)
		if (k->slots[i])
			errand_free(k->slots[i]);
	errand_secrets_free(&k->secrets);
	file_close(&k->event);
	free(k);
	return f;
}
