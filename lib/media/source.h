/* Source: a media file opened so that it can refer to nothing beside itself. */
#ifndef MEDIA_SOURCE_H
#define MEDIA_SOURCE_H

#include <libavformat/avformat.h>

#include "lib/base/call.h"

struct source {
	int fd;
	AVIOContext *io;
	AVFormatContext *format;
};

/* Opens PATH, called NAME when spoken of, as one of the demuxers FORMATS (names of libavformat, comma
 * between). The demuxer gets the bytes and no name, so that it can neither open neighbours nor follow
 * links. FAIL_INPUT when it is none of these formats. */
enum fail source_open(struct call *c, const char *path, const char *name, const char *formats,
	struct source *out);
void source_close(struct source *s);
#define SOURCE_AUTO __attribute__((cleanup(source_close))) struct source

#endif
