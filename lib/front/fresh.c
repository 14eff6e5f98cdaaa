/* Replies given again: what a moment ago was true of the whole machine still is. */
#include <stdlib.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/front/http_state.h"

#define PLACES (sizeof ((struct fresh *)0)->list / sizeof *((struct fresh *)0)->list)

/* Only what depends on no argument can be the same for all. */
static size_t place(const struct request *r)
{
	size_t at = (size_t)(r->route - r->http->routes.list);

	return !r->actions && r->route->op->fresh_ms && !r->route->op->args->name && at < PLACES ? at : PLACES;
}

bool fresh_find(struct request *r)
{
	struct fresh *f = &r->http->fresh;
	size_t at = place(r);

	if (at == PLACES)
		return false;
	pthread_mutex_lock(&f->lock);
	if (f->list[at].text && r->started_us < f->list[at].until_us)
		r->text = arena_strdup(&r->call.arena, f->list[at].text);
	pthread_mutex_unlock(&f->lock);
	return r->text != NULL;
}

void fresh_keep(struct request *r, const char *text)
{
	struct fresh *f = &r->http->fresh;
	size_t at = place(r), size = strlen(text) + 1;

	if (at == PLACES)
		return;
	pthread_mutex_lock(&f->lock);
	if (f->list[at].size < size) {
		f->list[at].text = xrealloc(f->list[at].text, size, 1);
		f->list[at].size = size;
	}
	memcpy(f->list[at].text, text, size);
	f->list[at].until_us = clock_boot_us() + r->route->op->fresh_ms * 1000;
	pthread_mutex_unlock(&f->lock);
}

void fresh_free(struct http *h)
{
	for (size_t i = 0; i < PLACES; i++) {
		free(h->fresh.list[i].text);
		h->fresh.list[i].text = NULL;
	}
}
