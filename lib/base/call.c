/* Call: what one invocation carries through all rooms. */
#include "lib/base/call.h"

#include <stdarg.h>

#include "lib/base/clock.h"

void call_release(struct call *c)
{
	if (c->store && c->store_close)
		c->store_close(c->store);
	if (c->secrets && c->secrets_close)
		c->secrets_close(c->secrets);
	c->store = NULL;
	c->config = NULL;
	c->secrets = NULL;
	c->policy = NULL;
	c->rate = NULL;
	c->why = NULL;
	arena_release(&c->arena);
}

enum fail call_check(struct call *c)
{
	if (c->cancelled && *c->cancelled)
		return fail(c, FAIL_INTERRUPTED, "interrupted");
	if (c->deadline_boot_ms && clock_boot_ms() > c->deadline_boot_ms)
		return fail(c, FAIL_INTERRUPTED, "not finished within the time allowed");
	return FAIL_NONE;
}

void call_progress(struct call *c, double done, double total, const char *stage, const char *text)
{
	if (c->progress)
		c->progress(c->talk_to, done, total, stage, text);
}

void call_warn(struct call *c, const char *format, ...)
{
	va_list list;

	if (!c->warn)
		return;
	va_start(list, format);
	c->warn(c->talk_to, arena_vprintf(&c->arena, format, list));
	va_end(list);
}
