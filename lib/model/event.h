/* Events: what others may ask to be told of as it happens, and who asked. An event is told through the
 * outbox of callbacks, in the transaction of the change that it is about. */
#ifndef MODEL_EVENT_H
#define MODEL_EVENT_H

#include <stddef.h>
#include <stdint.h>

#include "lib/field/field.h"
#include "lib/secret/secret.h"

struct task;

struct event_kind {
	const char *name, *about;
	const struct field *arguments; /* what a subscriber may narrow it to */
	const struct field *payload;
};
extern const struct event_kind event_kinds[]; /* ends with a NULL name */

/* Longest, and without a wish, a subscription lasts so long unless it is renewed. */
#define EVENT_TTL_MS (24 * INT64_C(3600000))
/* A secret that was replaced signs too for so long. */
#define EVENT_OVERLAP_MS 300000
/* So many hear of one event. */
#define EVENT_MOST 256

struct subscription {
	const char *id;        /* "sub_" and 32 hexadecimal digits of who, what and where */
	const char *caller, *event, *arguments, *url;
	int64_t created_at, expires_at;
};

/* Fills in S's id from its caller, event, arguments (canonical JSON) and url. */
void event_identify(struct call *c, struct subscription *s);

/* FAIL_MISSING when there is none, or it is over. */
enum fail event_find(struct call *c, const char *id, struct subscription *out);

/* Keeps S until its end, and SECRET in the secret store; what is over for a week goes. */
enum fail event_subscribe(struct call *c, const struct subscription *s, const struct secret *secret);

/* Forgets it and its secret, and what waits to be told. FAIL_MISSING when there is none. */
enum fail event_unsubscribe(struct call *c, const char *id);

/* The secret of the subscription ID, as callback_sign() takes it. */
enum fail event_secret(struct call *c, const char *id, struct secret **out);

/* Tells EVENT with the payload DATA (borrowed) to all who asked for it, in the transaction that is
 * open. */
enum fail event_publish(struct call *c, const char *event, const json_t *data);

/* That the task T ended, and that the agent NAME is now in STATE. */
enum fail event_of_task(struct call *c, const struct task *t);
enum fail event_of_agent(struct call *c, const char *name, const char *state);

#endif
