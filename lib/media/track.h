/* Track: sound encoded into an outlet, as far as wanted at a time. */
#ifndef MEDIA_TRACK_H
#define MEDIA_TRACK_H

#include <libavcodec/avcodec.h>
#include <stdint.h>

#include "lib/media/outlet.h"

/* The whole sound of the video: interleaved stereo at SOUND_RATE. */
struct sound {
	const float *stereo;
	int64_t count;
};

struct track {
	const struct sound *sound;
	AVCodecContext *codec;
	AVFrame *frame;
	AVPacket *packet;
	AVStream *stream;
	AVFormatContext *format;
	int64_t at;            /* next sample */
	bool done;
};

/* Adds a stream for SOUND to FORMAT, encoded by CODEC (AAC, MP3 or 16-bit PCM); before the header
 * is written. */
enum fail track_open(struct call *c, AVFormatContext *format, const char *codec, int64_t bit_rate,
	const struct sound *sound, struct track *out);
void track_close(struct track *t);
#define TRACK_AUTO __attribute__((cleanup(track_close))) struct track

/* Encodes up to UNTIL_S seconds, or with a negative one to the end. 0 or an AVERROR. */
int track_encode(struct track *t, double until_s);

/* SOUND alone as a file of FORMAT ("wav", "mp3") in FD. */
enum fail track_write_file(struct call *c, int fd, const char *format, const char *codec,
	int64_t bit_rate, const char *title, const struct sound *sound);

#endif
