/* Track: sound encoded into an outlet, as far as wanted at a time. */
#include "lib/media/track.h"

#include <libavutil/channel_layout.h>
#include <libavutil/opt.h>
#include <math.h>

#include "lib/media/libav.h"
#include "lib/media/sound.h"

/* Samples a packet where the codec does not say. */
#define PCM_SAMPLES 4096

void track_close(struct track *t)
{
	av_frame_free(&t->frame);
	av_packet_free(&t->packet);
	avcodec_free_context(&t->codec);
}

static enum fail open_codec(struct call *c, const AVCodec *codec, int64_t bit_rate,
	AVFormatContext *format, AVCodecContext **out)
{
	AVCodecContext *k = avcodec_alloc_context3(codec);
	AVDictionary *options = NULL;
	int error;

	if (!k)
		return fail(c, FAIL_BUG, "no memory for an encoder");
	*out = k;
	k->sample_rate = SOUND_RATE;
	k->sample_fmt = codec->id == AV_CODEC_ID_PCM_S16LE ? AV_SAMPLE_FMT_S16 : AV_SAMPLE_FMT_FLTP;
	av_channel_layout_default(&k->ch_layout, 2);
	k->bit_rate = bit_rate;
	k->time_base = (AVRational){1, SOUND_RATE};
	k->flags |= AV_CODEC_FLAG_BITEXACT;
	if (format->oformat->flags & AVFMT_GLOBALHEADER)
		k->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
	/* The default search of AAC costs more than all pictures of the video, for nothing that
	 * is heard at this rate. */
	if (codec->id == AV_CODEC_ID_AAC)
		av_dict_set(&options, "aac_coder", "fast", 0);
	error = avcodec_open2(k, codec, &options);
	av_dict_free(&options);
	if (error < 0)
		return libav_fail(c, error, "cannot open the encoder %s", codec->name);
	return FAIL_NONE;
}

enum fail track_open(struct call *c, AVFormatContext *format, const char *name, int64_t bit_rate,
	const struct sound *sound, struct track *out)
{
	const AVCodec *codec = avcodec_find_encoder_by_name(name);
	int size;

	*out = (struct track){.sound = sound, .format = format};
	if (!codec)
		return fail(c, FAIL_CONFIG, "this libavcodec has no encoder %s", name);
	TRY(open_codec(c, codec, bit_rate, format, &out->codec));
	size = out->codec->frame_size ? out->codec->frame_size : PCM_SAMPLES;
	out->frame = av_frame_alloc();
	out->packet = av_packet_alloc();
	out->stream = avformat_new_stream(format, NULL);
	if (!out->frame || !out->packet || !out->stream)
		return fail(c, FAIL_BUG, "no memory for an encoder");
	out->frame->nb_samples = size;
	out->frame->format = out->codec->sample_fmt;
	out->frame->sample_rate = SOUND_RATE;
	if (av_channel_layout_copy(&out->frame->ch_layout, &out->codec->ch_layout) < 0 ||
		av_frame_get_buffer(out->frame, 0) < 0 ||
		avcodec_parameters_from_context(out->stream->codecpar, out->codec) < 0)
		return fail(c, FAIL_BUG, "no memory for an encoder");
	out->stream->time_base = out->codec->time_base;
	return FAIL_NONE;
}

static int16_t to_s16(float sample)
{
	float v = sample * 32767;

	return (int16_t)lrintf(v < -32768 ? -32768 : v > 32767 ? 32767 : v);
}

static void fill(struct track *t, int count)
{
	const float *from = t->sound->stereo + t->at * 2;

	if (t->codec->sample_fmt == AV_SAMPLE_FMT_S16) {
		int16_t *to = (void *)t->frame->data[0];

		for (int i = 0; i < 2 * count; i++)
			to[i] = to_s16(from[i]);
		return;
	}
	for (int side = 0; side < 2; side++) {
		float *to = (void *)t->frame->data[side];

		for (int i = 0; i < count; i++)
			to[i] = from[2 * i + side];
	}
}

static int write_packets(struct track *t)
{
	for (;;) {
		int error = avcodec_receive_packet(t->codec, t->packet);

		if (error == AVERROR(EAGAIN) || error == AVERROR_EOF)
			return 0;
		if (error < 0)
			return error;
		t->packet->stream_index = t->stream->index;
		av_packet_rescale_ts(t->packet, t->codec->time_base, t->stream->time_base);
		error = av_interleaved_write_frame(t->format, t->packet);
		if (error < 0)
			return error;
	}
}

int track_encode(struct track *t, double until_s)
{
	int64_t until = until_s < 0 ? t->sound->count : llround(until_s * SOUND_RATE);
	int error = 0, size = t->frame->nb_samples;

	while (!error && t->at < until && t->at < t->sound->count) {
		int64_t left = t->sound->count - t->at;
		int count = left < size ? (int)left : size;

		error = av_frame_make_writable(t->frame);
		if (error < 0)
			return error;
		t->frame->nb_samples = count;
		t->frame->pts = t->at;
		fill(t, count);
		error = avcodec_send_frame(t->codec, t->frame);
		t->frame->nb_samples = size;
		t->at += count;
		if (error >= 0)
			error = write_packets(t);
	}
	if (error || until_s >= 0 || t->done)
		return error;
	t->done = true;
	error = avcodec_send_frame(t->codec, NULL);
	return error < 0 ? error : write_packets(t);
}

static enum fail write_file(struct call *c, struct outlet *outlet, struct track *t,
	const char *codec, int64_t bit_rate, const char *title, const struct sound *sound)
{
	int error;

	TRY(track_open(c, outlet->format, codec, bit_rate, sound, t));
	if (title)
		av_dict_set(&outlet->format->metadata, "title", title, 0);
	error = avformat_write_header(outlet->format, NULL);
	/* In steps of ten seconds, so that a request to stop is heard. */
	for (double s = 10; error >= 0 && t->at < sound->count; s += 10) {
		TRY(call_check(c));
		error = track_encode(t, s);
	}
	if (error >= 0)
		error = track_encode(t, -1);
	if (error >= 0)
		error = av_write_trailer(outlet->format);
	if (error >= 0)
		error = outlet->error;
	return error < 0 ? libav_fail(c, error, "cannot write sound") : FAIL_NONE;
}

enum fail track_write_file(struct call *c, int fd, const char *format, const char *codec,
	int64_t bit_rate, const char *title, const struct sound *sound)
{
	struct outlet outlet = {0};
	TRACK_AUTO track = {0};
	enum fail f = outlet_open(c, fd, format, &outlet);

	if (f == FAIL_NONE)
		f = write_file(c, &outlet, &track, codec, bit_rate, title, sound);
	outlet_close(&outlet);
	return f;
}
