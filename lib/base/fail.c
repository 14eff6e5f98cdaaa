/* The one table that maps a failure to its word, exit status and HTTP status. */
#include "lib/base/fail.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "lib/base/call.h"

static const struct fail_kind kinds[FAIL_COUNT] = {
	[FAIL_NONE] = {"ok", 0, 200, "", "done"},
	[FAIL_USAGE] = {"invalid_input", 64, 400, "TRAE_TASK_003",
		"the command line or request is wrong"},
	[FAIL_INPUT] = {"invalid_input", 65, 400, "TRAE_TASK_003", "the data given is wrong"},
	[FAIL_AUTH] = {"unauthenticated", 77, 401, "TRAE_AUTH_001", "the caller is not known"},
	[FAIL_DENIED] = {"denied", 77, 403, "TRAE_AUTH_001", "the caller may not do this"},
	[FAIL_MISSING] = {"not_found", 66, 404, "TRAE_TASK_003",
		"a file or record that was named does not exist"},
	[FAIL_CONFLICT] = {"conflict", 65, 409, "TRAE_TASK_003",
		"it exists already or is in a state that forbids this"},
	[FAIL_REUSED] = {"key_reused", 65, 422, "TRAE_TASK_003",
		"the idempotency key came with other arguments before"},
	[FAIL_LIMIT] = {"rate_limited", 75, 429, "TRAE_RATE_002", "too many calls; try again later"},
	[FAIL_REMOTE] = {"upstream_failed", 69, 502, "TRAE_PROC_006",
		"another service failed or answered nonsense"},
	[FAIL_BUSY] = {"unavailable", 75, 503, "TRAE_SYS_004", "busy; try again"},
	[FAIL_FULL] = {"disk_full", 74, 507, "TRAE_SYS_004", "no space left"},
	[FAIL_IO] = {"io_error", 74, 500, "TRAE_SYS_004", "reading or writing failed"},
	[FAIL_CONFIG] = {"not_configured", 78, 503, "TRAE_AGENT_005",
		"something has to be installed, set or given first; the message says what"},
	[FAIL_APPROVAL] = {"approval_pending", 79, 202, "", "kept until the owner approves"},
	[FAIL_UNKNOWN] = {"outcome_unknown", 75, 504, "TRAE_PROC_006",
		"it may or may not have happened; retry with the same key"},
	[FAIL_TASK] = {"task_failed", 1, 200, "TRAE_PROC_006", "a task that was waited for failed"},
	[FAIL_INTERRUPTED] = {"interrupted", 130, 503, "TRAE_SYS_004", "stopped by the caller"},
	[FAIL_BUG] = {"internal", 70, 500, "TRAE_SYS_004", "a defect of trae; please report it"},
};

const struct fail_kind *fail_kind(enum fail fail)
{
	unsigned at = (unsigned)fail;

	return &kinds[at < FAIL_COUNT ? at : FAIL_BUG];
}

static void record(struct call *c, const char *suffix, const char *format, va_list list)
{
	const char *text;

	if (c->why)
		return;
	text = arena_vprintf(&c->arena, format, list);
	c->why = suffix ? arena_printf(&c->arena, "%s: %s", text, suffix) : text;
}

enum fail fail(struct call *c, enum fail fail, const char *format, ...)
{
	va_list list;

	va_start(list, format);
	record(c, NULL, format, list);
	va_end(list);
	return fail;
}

enum fail fail_errno(struct call *c, int err, const char *format, ...)
{
	va_list list;

	va_start(list, format);
	record(c, strerror(err), format, list);
	va_end(list);
	switch (err) {
	case ENOSPC:
	case EDQUOT:
	case EFBIG:
		return FAIL_FULL;
	case ENOENT:
	case ENOTDIR:
		return FAIL_MISSING;
	case EISDIR:
	case ELOOP:
	case ENAMETOOLONG:
		return FAIL_INPUT;
	case EACCES:
	case EPERM:
	case EROFS:
		return FAIL_DENIED;
	case EINTR:
		return FAIL_INTERRUPTED;
	case EMFILE:
	case ENFILE:
	case EAGAIN:
		return FAIL_BUSY;
	default:
		return FAIL_IO;
	}
}

void fail_context(struct call *c, const char *format, ...)
{
	va_list list;
	const char *text;

	va_start(list, format);
	text = arena_vprintf(&c->arena, format, list);
	va_end(list);
	c->why = arena_printf(&c->arena, "%s: %s", text, c->why ? c->why : "failed");
}

void fail_forget(struct call *c)
{
	c->why = NULL;
	c->error = NULL;
}
