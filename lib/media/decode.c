/* Decode: image files into pixels, by libavformat and libavcodec. */
#include "lib/media/decode.h"

#include <errno.h>
#include <fcntl.h>
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/display.h>
#include <libavutil/imgutils.h>
#include <libswscale/swscale.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/base/fault.h"
#include "lib/media/source.h"
#include "lib/os/file.h"

/* Nothing here can name another file: no playlists, no SVG, no sequences. */
static const char image_formats[] = "png_pipe,jpeg_pipe,webp_pipe,bmp_pipe,gif";

void image_close(struct image *image)
{
	av_frame_free(&image->frame);
}

void bitmap_free(struct bitmap *bitmap)
{
	free(bitmap->pixels);
	bitmap->pixels = NULL;
}

static void close_codec(AVCodecContext **codec)
{
	avcodec_free_context(codec);
}

/* Feeds packets until the first picture comes out; *FRAME stays empty when none does. */
static void first_frame(AVFormatContext *format, AVCodecContext *codec, AVFrame *frame)
{
	AVPacket *packet = av_packet_alloc();
	bool more = packet != NULL;

	while (more && !frame->buf[0]) {
		more = av_read_frame(format, packet) >= 0;
		if (!more || packet->stream_index == 0)
			avcodec_send_packet(codec, more ? packet : NULL);
		if (avcodec_receive_frame(codec, frame) < 0)
			av_frame_unref(frame);
		av_packet_unref(packet);
	}
	av_packet_free(&packet);
}

static enum fail decode_first(struct call *c, AVFormatContext *format, const char *name,
	int64_t pixels_max, AVFrame *frame)
{
	__attribute__((cleanup(close_codec))) AVCodecContext *codec = NULL;
	const AVCodec *decoder = NULL;

	if (format->nb_streams)
		decoder = avcodec_find_decoder(format->streams[0]->codecpar->codec_id);
	if (!decoder)
		return fail(c, FAIL_INPUT, "%s holds no picture", name);
	codec = avcodec_alloc_context3(decoder);
	if (!codec || avcodec_parameters_to_context(codec, format->streams[0]->codecpar) < 0)
		return fail(c, FAIL_BUG, "no memory for a picture decoder");
	codec->max_pixels = pixels_max;
	codec->thread_count = 1;
	if (avcodec_open2(codec, decoder, NULL) < 0)
		return fail(c, FAIL_INPUT, "no decoder opens %s", name);
	first_frame(format, codec, frame);
	if (!frame->buf[0])
		return fail(c, FAIL_INPUT, "%s is damaged, or larger than %lld million pixels",
			name, (long long)(pixels_max / 1000000));
	return FAIL_NONE;
}

/* Reads the matrix that the JPEG decoder makes of the EXIF orientation: one of eight. */
static void orient(struct image *image)
{
	const AVFrameSideData *side = av_frame_get_side_data(image->frame,
		AV_FRAME_DATA_DISPLAYMATRIX);
	const int32_t *m = side ? (const void *)side->data : NULL;

	image->width = image->frame->width;
	image->height = image->frame->height;
	if (!m)
		return;
	image->turned = m[0] == 0 && m[4] == 0;
	image->flip_x = image->turned ? m[1] < 0 : m[0] < 0;
	image->flip_y = image->turned ? m[3] < 0 : m[4] < 0;
	if (image->turned) {
		image->width = image->frame->height;
		image->height = image->frame->width;
	}
}

enum fail image_open(struct call *c, const char *path, const char *name, int64_t pixels_max,
	struct image *out)
{
	IMAGE_AUTO image = {.frame = av_frame_alloc()};
	SOURCE_AUTO source = {.fd = -1};

	if (!image.frame)
		return fail(c, FAIL_BUG, "no memory for a picture");
	TRY(source_open(c, path, name, image_formats, &source));
	TRY(decode_first(c, source.format, name, pixels_max, image.frame));
	image.codec = avcodec_get_name(source.format->streams[0]->codecpar->codec_id);
	orient(&image);
	if (image.width < 1 || image.height < 1)
		return fail(c, FAIL_INPUT, "%s is empty", name);
	*out = image;
	image.frame = NULL;
	return FAIL_NONE;
}

/* Where the pixel X, Y of the upright picture lies in a bitmap of the file's own rows. */
static const uint32_t *pixel_of(const struct image *image, const struct bitmap *rows, int x, int y)
{
	int col = image->turned ? y : x, row = image->turned ? x : y;

	if (image->flip_x)
		col = rows->width - 1 - col;
	if (image->flip_y)
		row = rows->height - 1 - row;
	return (const uint32_t *)(const void *)rows->pixels + (ptrdiff_t)row * rows->width + col;
}

static enum fail scale_rows(struct call *c, const AVFrame *frame, int width, int height,
	struct bitmap *out)
{
	struct SwsContext *sws = sws_getContext(frame->width, frame->height, frame->format, width,
		height, AV_PIX_FMT_BGRA, SWS_LANCZOS | SWS_ACCURATE_RND | SWS_BITEXACT |
		SWS_FULL_CHR_H_INT, NULL, NULL, NULL);
	int stride[4] = {width * 4};

	if (!sws)
		return fail(c, FAIL_INPUT, "a picture in this colour format cannot be scaled");
	/* Scalers write whole vectors: room behind the last row. */
	out->pixels = xmalloc((size_t)width * (size_t)height * 4 + 64);
	out->width = width;
	out->height = height;
	sws_scale(sws, (const uint8_t *const *)frame->data, frame->linesize, 0, frame->height,
		(uint8_t *[]){out->pixels, NULL, NULL, NULL}, stride);
	sws_freeContext(sws);
	return FAIL_NONE;
}

enum fail image_scale(struct call *c, const struct image *image, int width, int height,
	struct bitmap *out)
{
	BITMAP_AUTO rows = {0};
	uint32_t *to;

	TRY(scale_rows(c, image->frame, image->turned ? height : width,
		image->turned ? width : height, &rows));
	if (image->turned || image->flip_x || image->flip_y) {
		to = xmalloc((size_t)width * (size_t)height * 4);
		for (int y = 0; y < height; y++)
			for (int x = 0; x < width; x++)
				to[(ptrdiff_t)y * width + x] = *pixel_of(image, &rows, x, y);
		*out = (struct bitmap){width, height, (void *)to};
		return FAIL_NONE;
	}
	*out = rows;
	rows.pixels = NULL;
	return FAIL_NONE;
}
