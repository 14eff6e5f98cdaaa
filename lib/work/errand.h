/* Errand: one request of the courier; for lib/work/courier.c alone. */
#ifndef WORK_ERRAND_H
#define WORK_ERRAND_H

#include <pthread.h>
#include <stdatomic.h>

#include "lib/model/callback.h"
#include "lib/net/net.h"
#include "lib/secret/secret.h"

/* The secrets of a few hosts, so that the store of secrets is not opened for every request. */
#define ERRAND_HOSTS 16
struct errand_secrets {
	struct {
		char name[256]; /* of the host, or of the subscription */
		struct secret *secret;
		int64_t read_boot_ms;
	} known[ERRAND_HOSTS];
	size_t next;
};
void errand_secrets_free(struct errand_secrets *s);

/* It runs in a thread with a call of its own, since store, configuration and secrets belong to the
 * thread that steps. */
struct errand {
	struct call call;
	struct callback callback;
	struct net_request request;
	struct net_reply reply;
	enum fail failed;
	int64_t took_ms;
	int event;        /* told when it is back */
	atomic_bool back;
	bool started;     /* there is a thread to join */
	pthread_t thread;
};

/* The errand of K, signed. What may not be sent is an errand that is back already and failed.
 * CANCELLED breaks it off; EVENT is an eventfd(2). */
enum fail errand_make(struct call *c, const struct callback *k, struct errand_secrets *secrets,
	volatile sig_atomic_t *cancelled, int event, struct errand **out);

/* Starts its thread. Without one it is back at once and failed. */
void errand_start(struct errand *e);

/* What is to be recorded of an errand that is back; lives as long as E. */
struct callback_result errand_judge(struct errand *e);

/* Waits for its thread. */
void errand_free(struct errand *e);

#endif
