/* Downloads of files: counted in memory, so that giving one writes nothing, and kept now and then. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "lib/model/file.h"
#include "lib/store/store.h"

struct download {
	struct download *next;
	int64_t n;
	char id[];
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct download *counted;

static void add(const char *id, int64_t n)
{
	size_t size = strlen(id) + 1;
	struct download *d;

	pthread_mutex_lock(&lock);
	for (d = counted; d && strcmp(d->id, id); d = d->next)
		;
	if (!d) {
		d = xmalloc(sizeof *d + size);
		*d = (struct download){.next = counted};
		memcpy(d->id, id, size);
		counted = d;
	}
	d->n += n;
	pthread_mutex_unlock(&lock);
}

void file_downloaded(const char *id)
{
	add(id, 1);
}

static struct download *take(void)
{
	struct download *all;

	pthread_mutex_lock(&lock);
	all = counted;
	counted = NULL;
	pthread_mutex_unlock(&lock);
	return all;
}

static enum fail write_all(struct call *c, const struct download *d)
{
	for (; d; d = d->next)
		TRY(store_run(c, SQL("update file set downloads = downloads + $1 where id = $2"),
			PARAMS(d->n, d->id), NULL));
	return FAIL_NONE;
}

enum fail file_downloads_flush(struct call *c)
{
	struct download *all = take(), *next;
	enum fail f;

	if (!all)
		return FAIL_NONE;
	f = store_begin(c);
	if (f == FAIL_NONE)
		f = store_end(c, write_all(c, all));
	for (; all; all = next) {
		next = all->next;
		if (f != FAIL_NONE)
			add(all->id, all->n);
		free(all);
	}
	return f;
}
