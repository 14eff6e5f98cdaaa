/* Retry: whether and when a request is sent again. */
#include "lib/net/retry.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#define FIRST_MS 500
#define LONGEST_MS 8000
#define PATIENCE_MS 60000

static bool is_wanted(const struct retry_try *t)
{
	if (t->attempt >= RETRY_MAX || t->out_of_quota)
		return false;
	if (t->should && !strcasecmp(t->should, "true"))
		return true;
	if (t->should && !strcasecmp(t->should, "false"))
		return false;
	return !t->status || t->status == 408 || t->status == 409 || t->status == 429 ||
		t->status >= 500;
}

/* A number that is all of TEXT and not negative, times SCALE; false when it is none, or no TEXT. */
static bool read_number(const char *text, double scale, int64_t *ms)
{
	char *end;
	double value;

	/* strtod() alone would take "inf", "0x10" and leading space. */
	if (!text || !*text || text[strspn(text, "0123456789.")])
		return false;
	value = strtod(text, &end) * scale;
	if (*end)
		return false;
	*ms = value < 1e15 ? (int64_t)value : (int64_t)1e15;
	return true;
}

static bool read_date(const char *text, int64_t now_ms, int64_t *ms)
{
	struct tm tm = {0};
	const char *end = text ? strptime(text, "%a, %d %b %Y %H:%M:%S GMT", &tm) : NULL;
	int64_t wait_ms;

	if (!end || *end)
		return false;
	wait_ms = (int64_t)timegm(&tm) * 1000 - now_ms;
	*ms = wait_ms > 0 ? wait_ms : 0;
	return true;
}

bool retry_after(const char *text, int64_t now_ms, int64_t *wait_ms)
{
	return read_number(text, 1000, wait_ms) || read_date(text, now_ms, wait_ms);
}

int64_t retry_wait_ms(const struct retry_try *t, uint32_t random, int64_t now_ms)
{
	int64_t ms;

	if (!is_wanted(t))
		return RETRY_NEVER;
	if (read_number(t->after_ms, 1, &ms) || retry_after(t->after, now_ms, &ms))
		return ms <= PATIENCE_MS ? ms : RETRY_NEVER;
	ms = FIRST_MS;
	for (int i = 0; i < t->attempt && ms < LONGEST_MS; i++)
		ms *= 2;
	return ms - ms * (int64_t)(random % 1001) / 4000;
}
