/* Music from a file, and any music looped into the mix. */
#include "lib/media/mixing.h"

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/channel_layout.h>
#include <libswresample/swresample.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/fault.h"

#define FADE_IN_S 1.0
#define FADE_OUT_S 2.5
#define CROSS_S 2.0

/* Ten minutes: a longer file loops after them, which nobody notices under speech. */
#define MUSIC_MAX (600 * (int64_t)SOUND_RATE)

void music_end(struct music *t)
{
	free(t->frames);
	t->frames = NULL;
}

/* An open file being decoded. */
struct music_reader {
	AVFormatContext *format;
	AVCodecContext *codec;
	struct SwrContext *swr;
	AVPacket *packet;
	AVFrame *frame;
	int stream;
	int sample_format, rate, channels; /* of the first frame */
	int64_t room;             /* frames that track has memory for */
	int64_t max;
	struct music track;
};

static void reader_end(struct music_reader *r)
{
	av_frame_free(&r->frame);
	av_packet_free(&r->packet);
	swr_free(&r->swr);
	avcodec_free_context(&r->codec);
	avformat_close_input(&r->format);
	music_end(&r->track);
}

static enum fail reader_fail(struct call *c, const char *path, const char *what, int error)
{
	char text[AV_ERROR_MAX_STRING_SIZE] = "";

	av_strerror(error, text, sizeof text);
	return fail(c, error == AVERROR(ENOENT) ? FAIL_MISSING : FAIL_INPUT,
		"music file %s %s: %s", path, what, text);
}

/* Only these demuxers, and no protocol but plain files: a playlist could name anything. */
static enum fail reader_open(struct call *c, const char *path, struct music_reader *r)
{
	AVDictionary *options = NULL;
	const AVCodec *codec = NULL;
	int error;

	av_dict_set(&options, "protocol_whitelist", "file", 0);
	av_dict_set(&options, "format_whitelist",
		"mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,mp3,wav,flac,ogg,aac", 0);
	error = fault_here() ? AVERROR(EIO) : avformat_open_input(&r->format,
		arena_printf(&c->arena, "file:%s", path), NULL, &options);
	av_dict_free(&options);
	if (error < 0)
		return reader_fail(c, path, "cannot be opened", error);
	error = avformat_find_stream_info(r->format, NULL);
	if (error < 0)
		return reader_fail(c, path, "cannot be read", error);
	r->stream = av_find_best_stream(r->format, AVMEDIA_TYPE_AUDIO, -1, -1, &codec, 0);
	if (r->stream < 0)
		return fail(c, FAIL_INPUT, "music file %s holds no sound", path);
	r->codec = avcodec_alloc_context3(codec);
	r->packet = av_packet_alloc();
	r->frame = av_frame_alloc();
	if (!r->codec || !r->packet || !r->frame)
		return fail(c, FAIL_IO, "out of memory for music file %s", path);
	avcodec_parameters_to_context(r->codec, r->format->streams[r->stream]->codecpar);
	error = avcodec_open2(r->codec, codec, NULL);
	return error < 0 ? reader_fail(c, path, "cannot be decoded", error) : FAIL_NONE;
}

static bool format_same(const struct music_reader *r)
{
	return r->frame->format == r->sample_format && r->frame->sample_rate == r->rate &&
		r->frame->ch_layout.nb_channels == r->channels;
}

/* The converter is made for the first frame: only that tells the true layout. */
static int converter_make(struct music_reader *r)
{
	AVChannelLayout stereo = AV_CHANNEL_LAYOUT_STEREO, from = {0};
	int error;

	r->sample_format = r->frame->format;
	r->rate = r->frame->sample_rate;
	r->channels = r->frame->ch_layout.nb_channels;
	if (r->frame->ch_layout.order == AV_CHANNEL_ORDER_UNSPEC)
		av_channel_layout_default(&from, r->frame->ch_layout.nb_channels);
	else
		av_channel_layout_copy(&from, &r->frame->ch_layout);
	error = swr_alloc_set_opts2(&r->swr, &stereo, AV_SAMPLE_FMT_FLT, SOUND_RATE, &from,
		r->frame->format, r->frame->sample_rate, 0, NULL);
	av_channel_layout_uninit(&from);
	return error < 0 ? error : swr_init(r->swr);
}

/* Converts COUNT samples at DATA (NULL: what is left) and appends them. */
static int frames_add(struct music_reader *r, const uint8_t **data, int count)
{
	int room = swr_get_out_samples(r->swr, count), got;
	uint8_t *to;

	if (room < 0)
		return room;
	if (r->track.count + room > r->room) {
		r->room = (r->track.count + room) * 2;
		r->track.frames = xrealloc(r->track.frames, (size_t)r->room, 2 * sizeof(float));
	}
	to = (uint8_t *)(r->track.frames + r->track.count * 2);
	got = swr_convert(r->swr, &to, room, data, count);
	/* Files of floats may hold what is no number, and one of them would spoil all behind it. */
	for (int i = 0; i < got * 2; i++)
		if (!isfinite(r->track.frames[r->track.count * 2 + i]))
			r->track.frames[r->track.count * 2 + i] = 0;
	r->track.count += got > 0 ? got : 0;
	return got;
}

/* Takes the decoded frames that are ready; a change of format in mid-stream ends the music. */
static int frames_take(struct music_reader *r)
{
	int error = 0;

	while (error >= 0 && r->track.count < r->max) {
		error = avcodec_receive_frame(r->codec, r->frame);
		if (error == AVERROR(EAGAIN) || error == AVERROR_EOF || error == AVERROR_INVALIDDATA)
			return 0;
		if (error < 0)
			return error;
		if (!r->swr)
			error = converter_make(r);
		if (error >= 0 && !format_same(r))
			error = AVERROR_EOF;
		if (error >= 0)
			error = frames_add(r, (const uint8_t **)r->frame->extended_data,
				r->frame->nb_samples);
		av_frame_unref(r->frame);
	}
	return error;
}

/* Damaged packets are left out, as players do. */
static int packets_read(struct call *c, struct music_reader *r)
{
	int error = 0;

	while (error >= 0 && r->track.count < r->max && !(c->cancelled && *c->cancelled)) {
		error = av_read_frame(r->format, r->packet);
		if (error < 0)
			break;
		if (r->packet->stream_index == r->stream &&
			avcodec_send_packet(r->codec, r->packet) >= 0)
			error = frames_take(r);
		av_packet_unref(r->packet);
	}
	if (error < 0 && error != AVERROR_EOF)
		return error;
	if (avcodec_send_packet(r->codec, NULL) >= 0)
		error = frames_take(r);
	if (error >= 0 && r->swr)
		error = frames_add(r, NULL, 0);
	return error == AVERROR_EOF ? 0 : error;
}

enum fail music_read(struct call *c, const char *path, int64_t max, struct music *out)
{
	__attribute__((cleanup(reader_end))) struct music_reader r = {
		.max = max < MUSIC_MAX ? max : MUSIC_MAX,
	};
	int error;

	TRY(reader_open(c, path, &r));
	error = packets_read(c, &r);
	TRY(call_check(c));
	if (error < 0)
		return reader_fail(c, path, "cannot be decoded", error);
	if (r.track.count < SOUND_RATE)
		return fail(c, FAIL_INPUT, "music file %s is shorter than a second", path);
	*out = r.track;
	out->count = out->count < r.max ? out->count : r.max;
	r.track.frames = NULL;
	return FAIL_NONE;
}

/* Half a cosine from 0 to 1 over X from 0 to 1. */
static double ease(double x)
{
	return x <= 0 ? 0 : x >= 1 ? 1 : 0.5 - 0.5 * cos(M_PI * x);
}

/* Gain of a frame by the fades at both ends of the mix; a short mix has short fades. */
static double edge_gain(int64_t i, int64_t total)
{
	double in = fmin(FADE_IN_S * SOUND_RATE, (double)total / 4);
	double out = fmin(FADE_OUT_S * SOUND_RATE, (double)total / 4);

	return ease((double)i / in) * ease((double)(total - i) / out);
}

/* Adds one pass of the track, starting at frame AT; its first and last CROSS frames are faded with
 * equal power where another pass overlaps. */
static void pass_add(const struct music *t, int64_t at, int64_t cross, double gain,
	const float *duck, int64_t total, float *to)
{
	double step_gain = 0, next_gain = 0;

	for (int64_t i = 0; i < t->count && at + i < total; i++) {
		int64_t n = at + i, in_step = n % DUCK_STEP;
		double g;

		if (!in_step || !i) {
			const float *d = &duck[n / DUCK_STEP];

			step_gain = gain * (double)d[0] * edge_gain(n - in_step, total);
			next_gain = gain * (double)d[1] * edge_gain(n - in_step + DUCK_STEP, total);
		}
		g = step_gain + (next_gain - step_gain) * (double)in_step / DUCK_STEP;
		if (at && i < cross)
			g *= sin(M_PI / 2 * (double)i / (double)cross);
		if (i >= t->count - cross)
			g *= sin(M_PI / 2 * (double)(t->count - i) / (double)cross);
		to[n * 2] += t->frames[i * 2] * (float)g;
		to[n * 2 + 1] += t->frames[i * 2 + 1] * (float)g;
	}
}

void music_add(const struct music *t, double gain, const float *duck, int64_t total, float *to)
{
	int64_t cross = t->seamless ? 0 : (int64_t)(CROSS_S * SOUND_RATE);

	if (cross > t->count / 4)
		cross = t->count / 4;
	for (int64_t at = 0; at < total; at += t->count - cross)
		pass_add(t, at, t->count < total ? cross : 0, gain, duck, total, to);
}
