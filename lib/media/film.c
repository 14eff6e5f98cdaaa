/* Film: the codecs and files of a video. */
#include "lib/media/film.h"

#include <errno.h>
#include <libavutil/opt.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/fault.h"
#include "lib/media/libav.h"

/* Cuts are known here, so x264 need not look for them; the rest was picked by measuring speed and
 * SSIM together. Fades are short: weighted prediction does not pay. */
#define X264_PRODUCTION "weightp=0:b-adapt=0:subme=1:rc-lookahead=15:scenecut=0:cpu-independent=1"
#define X264_DRAFT "scenecut=0:8x8dct=1:cpu-independent=1"

static enum fail set_options(struct call *c, AVCodecContext *k, enum quality quality)
{
	bool draft = quality == QUALITY_DRAFT;

	if (av_opt_set(k->priv_data, "preset", draft ? "ultrafast" : "veryfast", 0) < 0 ||
		av_opt_set(k->priv_data, "crf", draft ? "28" : "20", 0) < 0 ||
		av_opt_set(k->priv_data, "forced-idr", "1", 0) < 0 ||
		av_opt_set(k->priv_data, "x264-params", draft ? X264_DRAFT : X264_PRODUCTION, 0) <
			0)
		return fail(c, FAIL_CONFIG, "this libx264 lacks an option that is needed");
	return FAIL_NONE;
}

static enum fail open_video(struct call *c, const struct encoder_plan *plan, struct film *f)
{
	const AVCodec *codec = avcodec_find_encoder_by_name("libx264");
	AVCodecContext *k = codec ? avcodec_alloc_context3(codec) : NULL;
	int error;

	if (!k)
		return fail(c, FAIL_CONFIG, "this libavcodec has no encoder libx264");
	f->video = k;
	k->width = plan->width;
	k->height = plan->height;
	k->pix_fmt = AV_PIX_FMT_YUV420P;
	k->time_base = (AVRational){1, plan->fps};
	k->framerate = (AVRational){plan->fps, 1};
	k->sample_aspect_ratio = (AVRational){1, 1};
	k->color_range = AVCOL_RANGE_MPEG;
	k->colorspace = AVCOL_SPC_BT709;
	k->color_primaries = AVCOL_PRI_BT709;
	k->color_trc = AVCOL_TRC_BT709;
	k->chroma_sample_location = AVCHROMA_LOC_LEFT;
	k->gop_size = plan->fps * 8;
	k->thread_count = 0;
	k->flags |= AV_CODEC_FLAG_BITEXACT | AV_CODEC_FLAG_GLOBAL_HEADER;
	TRY(set_options(c, k, plan->quality));
	error = avcodec_open2(k, codec, NULL);
	if (error < 0)
		return libav_fail(c, error, "cannot open the encoder libx264");
	return FAIL_NONE;
}

static enum fail open_mp4(struct call *c, const struct encoder_plan *plan, struct film *f)
{
	AVDictionary *options = NULL;
	int error;

	TRY(outlet_open(c, plan->mp4_fd, "mp4", &f->mp4));
	TRY(open_video(c, plan, f));
	f->stream = avformat_new_stream(f->mp4.format, NULL);
	f->packet = av_packet_alloc();
	if (!f->stream || !f->packet)
		return fail(c, FAIL_BUG, "no memory for a video");
	f->stream->time_base = f->video->time_base;
	f->stream->avg_frame_rate = f->video->framerate;
	error = avcodec_parameters_from_context(f->stream->codecpar, f->video);
	if (error < 0)
		return libav_fail(c, error, "cannot describe the video");
	TRY(track_open(c, f->mp4.format, "aac", 192000, plan->sound, &f->track));
	if (plan->title)
		av_dict_set(&f->mp4.format->metadata, "title", plan->title, 0);
	av_dict_set(&options, "movflags", "faststart", 0);
	error = avformat_write_header(f->mp4.format, &options);
	av_dict_free(&options);
	if (error < 0)
		return libav_fail(c, error, "cannot begin the video");
	return FAIL_NONE;
}

enum fail film_open(struct call *c, const struct encoder_plan *plan, struct film *f)
{
	*f = (struct film){.plan = plan};
	for (int p = 0; p < 3; p++) {
		int width = plan->width >> (p > 0), height = plan->height >> (p > 0);

		f->stride[p] = (width + KERNEL_SLACK + 63) & ~63;
		f->pool[p] = av_buffer_pool_init(
			(size_t)f->stride[p] * (size_t)height + KERNEL_SLACK + 64, NULL);
		if (!f->pool[p])
			return fail(c, FAIL_BUG, "no memory for frames");
	}
	return plan->mp4_fd >= 0 ? open_mp4(c, plan, f) : FAIL_NONE;
}

void film_close(struct film *f)
{
	track_close(&f->track);
	av_packet_free(&f->packet);
	avcodec_free_context(&f->video);
	outlet_close(&f->mp4);
	for (int p = 0; p < 3; p++)
		av_buffer_pool_uninit(&f->pool[p]);
}

AVFrame *film_frame(struct film *f)
{
	AVFrame *frame = av_frame_alloc();

	if (!frame)
		return NULL;
	frame->format = AV_PIX_FMT_YUV420P;
	frame->width = f->plan->width;
	frame->height = f->plan->height;
	for (int p = 0; p < 3; p++) {
		frame->buf[p] = av_buffer_pool_get(f->pool[p]);
		if (!frame->buf[p]) {
			av_frame_free(&frame);
			return NULL;
		}
		frame->data[p] = frame->buf[p]->data;
		frame->linesize[p] = f->stride[p];
	}
	return frame;
}

static int put(int fd, const void *data, size_t len)
{
	const char *p = data;

	while (len) {
		ssize_t n = fault_io(ENOSPC) ? -1 : write(fd, p, len);

		if (n < 0 && errno != EINTR)
			return AVERROR(errno);
		if (n > 0) {
			p += n;
			len -= (size_t)n;
		}
	}
	return 0;
}

/* YUV4MPEG2 (mjpegtools): for programs that measure encoders on these very frames. */
static int put_y4m(struct film *f, const AVFrame *frame)
{
	char head[128];
	int error = 0;

	if (!f->y4m_begun) {
		snprintf(head, sizeof head,
			"YUV4MPEG2 W%d H%d F%d:1 Ip A1:1 C420mpeg2 XCOLORRANGE=LIMITED\n",
			f->plan->width, f->plan->height, f->plan->fps);
		error = put(f->plan->y4m_fd, head, strlen(head));
		f->y4m_begun = true;
	}
	if (!error)
		error = put(f->plan->y4m_fd, "FRAME\n", 6);
	for (int p = 0; p < 3; p++)
		for (int y = 0; !error && y < frame->height >> (p > 0); y++)
			error = put(f->plan->y4m_fd, frame->data[p] + y * frame->linesize[p],
				(size_t)(frame->width >> (p > 0)));
	return error;
}

static int write_packets(struct film *f)
{
	for (;;) {
		int error = avcodec_receive_packet(f->video, f->packet);

		if (error == AVERROR(EAGAIN) || error == AVERROR_EOF)
			return 0;
		if (error < 0)
			return error;
		f->packet->stream_index = f->stream->index;
		f->packet->duration = 1;
		av_packet_rescale_ts(f->packet, f->video->time_base, f->stream->time_base);
		error = av_interleaved_write_frame(f->mp4.format, f->packet);
		if (error >= 0)
			error = f->mp4.error;
		if (error < 0)
			return error;
	}
}

int film_add(struct film *f, AVFrame *frame)
{
	int error = 0;

	if (f->plan->y4m_fd >= 0)
		error = put_y4m(f, frame);
	if (error || f->plan->mp4_fd < 0)
		return error;
	error = track_encode(&f->track, (double)frame->pts / f->plan->fps);
	if (error >= 0)
		error = avcodec_send_frame(f->video, frame);
	return error < 0 ? error : write_packets(f);
}

int film_end(struct film *f)
{
	int error;

	if (f->plan->mp4_fd < 0)
		return 0;
	error = avcodec_send_frame(f->video, NULL);
	if (error >= 0)
		error = write_packets(f);
	if (error >= 0)
		error = track_encode(&f->track, -1);
	if (error >= 0)
		error = av_write_trailer(f->mp4.format);
	return error < 0 ? error : f->mp4.error;
}
