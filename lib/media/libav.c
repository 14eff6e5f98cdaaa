/* Failures of FFmpeg's libraries as failures of ours. */
#include "lib/media/libav.h"

#include <errno.h>
#include <libavutil/error.h>
#include <stdarg.h>

enum fail libav_fail(struct call *c, int error, const char *format, ...)
{
	char why[AV_ERROR_MAX_STRING_SIZE] = "";
	const char *text;
	va_list list;

	va_start(list, format);
	text = arena_vprintf(&c->arena, format, list);
	va_end(list);
	switch (AVUNERROR(error)) {
	case ENOSPC:
	case EDQUOT:
	case EFBIG:
	case EIO:
		return fail_errno(c, AVUNERROR(error), "%s", text);
	case EINTR:
	case ECANCELED:
		return fail(c, FAIL_INTERRUPTED, "interrupted");
	default:
		av_strerror(error, why, sizeof why);
		return fail(c, FAIL_IO, "%s: %s", text, why);
	}
}
