/* Film: the codecs and files of a video; used by one thread at a time. */
#ifndef MEDIA_FILM_H
#define MEDIA_FILM_H

#include <libavcodec/avcodec.h>
#include <libavutil/buffer.h>

#include "lib/media/encode.h"

struct film {
	const struct encoder_plan *plan;
	struct outlet mp4;
	AVCodecContext *video;
	AVStream *stream;
	AVPacket *packet;
	struct track track;
	AVBufferPool *pool[3];
	int stride[3];
	bool y4m_begun;
};

enum fail film_open(struct call *c, const struct encoder_plan *plan, struct film *f);
void film_close(struct film *f);

/* A writable frame from the pool, or NULL without memory. May be called by any thread. */
AVFrame *film_frame(struct film *f);

/* Encodes FRAME and as much sound as belongs before it. 0 or an AVERROR. */
int film_add(struct film *f, AVFrame *frame);

/* Encodes what is left and finishes the file. */
int film_end(struct film *f);

#endif
