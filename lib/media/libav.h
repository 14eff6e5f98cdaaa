/* Failures of FFmpeg's libraries as failures of ours. */
#ifndef MEDIA_LIBAV_H
#define MEDIA_LIBAV_H

#include "lib/base/call.h"

/* Like fail_errno() for an AVERROR code. */
enum fail libav_fail(struct call *c, int error, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
