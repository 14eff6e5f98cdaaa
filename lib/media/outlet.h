/* Outlet: a file that libavformat writes through a descriptor opened before the sandbox. */
#ifndef MEDIA_OUTLET_H
#define MEDIA_OUTLET_H

#include <libavformat/avformat.h>

#include "lib/base/call.h"

struct outlet {
	int fd;
	int64_t at;
	int error;            /* AVERROR of the first call that failed: muxers pass over some */
	AVFormatContext *format;
};

/* A muxer of libavformat's FORMAT that writes to FD (borrowed), with the same bytes for the same
 * packets. The outlet has to stay where it is until outlet_close(). */
enum fail outlet_open(struct call *c, int fd, const char *format, struct outlet *out);
void outlet_close(struct outlet *o);

#endif
