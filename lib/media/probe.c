/* Probe: what a media file really holds, counted by reading it. */
#include <errno.h>
#include <libavcodec/avcodec.h>
#include <libavutil/channel_layout.h>
#include <libavutil/pixdesc.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/media/job.h"
#include "lib/media/libav.h"
#include "lib/media/source.h"
#include "lib/media/work.h"

/* Containers that refer to no other file. */
static const char probe_formats[] =
	"mov,matroska,mp3,wav,flac,ogg,aac,png_pipe,jpeg_pipe,webp_pipe,bmp_pipe,gif";

#define STREAMS_MAX 32

struct stream_count {
	int64_t packets, decoded, samples, errors;
	double end_s;
	AVCodecContext *codec;
};

struct probing {
	struct source source;
	struct stream_count stream[STREAMS_MAX];
	AVPacket *packet;
	AVFrame *frame;
};

static void probing_close(struct probing *p)
{
	for (int i = 0; i < STREAMS_MAX; i++)
		avcodec_free_context(&p->stream[i].codec);
	av_packet_free(&p->packet);
	av_frame_free(&p->frame);
	source_close(&p->source);
}

static void open_decoders(struct probing *p)
{
	for (unsigned i = 0; i < p->source.format->nb_streams; i++) {
		const AVCodecParameters *par = p->source.format->streams[i]->codecpar;
		const AVCodec *decoder = avcodec_find_decoder(par->codec_id);
		AVCodecContext *k = decoder ? avcodec_alloc_context3(decoder) : NULL;

		if (!k || (par->codec_type != AVMEDIA_TYPE_VIDEO &&
				  par->codec_type != AVMEDIA_TYPE_AUDIO))
			avcodec_free_context(&k);
		if (k &&
			(avcodec_parameters_to_context(k, par) < 0 ||
				avcodec_open2(k, decoder, NULL) < 0)) {
			avcodec_free_context(&k);
			p->stream[i].errors++;
		}
		p->stream[i].codec = k;
	}
}

static void decode(struct probing *p, struct stream_count *s, const AVPacket *packet)
{
	int error = avcodec_send_packet(s->codec, packet);

	if (error < 0 && error != AVERROR_EOF)
		s->errors++;
	while ((error = avcodec_receive_frame(s->codec, p->frame)) >= 0) {
		s->decoded++;
		s->samples += p->frame->nb_samples;
		s->errors += p->frame->decode_error_flags != 0;
	}
	if (error != AVERROR(EAGAIN) && error != AVERROR_EOF)
		s->errors++;
}

static enum fail read_all(struct call *c, struct probing *p)
{
	AVFormatContext *format = p->source.format;
	int error;

	while ((error = av_read_frame(format, p->packet)) >= 0) {
		struct stream_count *s = &p->stream[p->packet->stream_index % STREAMS_MAX];
		const AVStream *stream = format->streams[p->packet->stream_index];

		s->packets++;
		if (p->packet->pts != AV_NOPTS_VALUE)
			s->end_s = fmax(s->end_s, (double)(p->packet->pts + p->packet->duration) *
				av_q2d(stream->time_base));
		if (s->codec)
			decode(p, s, p->packet);
		av_packet_unref(p->packet);
		TRY(call_check(c));
	}
	if (error != AVERROR_EOF)
		return libav_fail(c, error, "the file breaks off");
	for (int i = 0; i < STREAMS_MAX; i++)
		if (p->stream[i].codec)
			decode(p, &p->stream[i], NULL);
	return FAIL_NONE;
}

static void set_text(json_t *to, const char *name, const char *text)
{
	json_object_set_new(to, name, text ? json_string(text) : json_null());
}

static void tell_video(json_t *j, const AVStream *stream)
{
	const AVCodecParameters *par = stream->codecpar;

	json_object_set_new(j, "width", json_integer(par->width));
	json_object_set_new(j, "height", json_integer(par->height));
	set_text(j, "pix_fmt", av_get_pix_fmt_name((enum AVPixelFormat)par->format));
	set_text(j, "profile", avcodec_profile_name(par->codec_id, par->profile));
	json_object_set_new(j, "fps", json_real(av_q2d(stream->avg_frame_rate)));
	set_text(j, "color_space", av_color_space_name(par->color_space));
	set_text(j, "color_range", av_color_range_name(par->color_range));
	set_text(j, "color_primaries", av_color_primaries_name(par->color_primaries));
	set_text(j, "color_transfer", av_color_transfer_name(par->color_trc));
}

static json_t *tell_stream(const struct probing *p, unsigned i, bool decoded)
{
	const AVStream *stream = p->source.format->streams[i];
	const AVCodecParameters *par = stream->codecpar;
	const struct stream_count *s = &p->stream[i];
	json_t *j = json_object();

	set_text(j, "type", av_get_media_type_string(par->codec_type));
	set_text(j, "codec", avcodec_get_name(par->codec_id));
	json_object_set_new(j, par->codec_type == AVMEDIA_TYPE_VIDEO ? "frames" : "packets",
		json_integer(s->packets));
	json_object_set_new(j, "duration_s", json_real(stream->duration == AV_NOPTS_VALUE
		? s->end_s : (double)stream->duration * av_q2d(stream->time_base)));
	if (par->codec_type == AVMEDIA_TYPE_VIDEO)
		tell_video(j, stream);
	if (par->codec_type == AVMEDIA_TYPE_AUDIO) {
		json_object_set_new(j, "sample_rate", json_integer(par->sample_rate));
		json_object_set_new(j, "channels", json_integer(par->ch_layout.nb_channels));
	}
	if (decoded) {
		json_object_set_new(j, "decoded", json_integer(s->decoded));
		json_object_set_new(j, "samples", json_integer(s->samples));
		json_object_set_new(j, "errors", json_integer(s->errors));
	}
	return j;
}

/* Walks the boxes of an MP4 (ISO/IEC 14496-12 §4.2): true when the index comes before the data. */
static bool index_in_front(int fd)
{
	uint8_t head[16];
	off_t at = 0;

	while (pread(fd, head, 16, at) == 16) {
		uint64_t size = (uint64_t)head[0] << 24 | (uint64_t)head[1] << 16 |
			(uint64_t)head[2] << 8 | head[3];

		if (!memcmp(head + 4, "moov", 4))
			return true;
		if (!memcmp(head + 4, "mdat", 4))
			return false;
		for (int i = 8; size == 1 && i < 16; i++)
			size = i == 8 ? head[i] : size << 8 | head[i];
		if (size < 8 || size > (uint64_t)1 << 50)
			return false;
		at += (off_t)size;
	}
	return false;
}

static enum fail run(struct call *c, const struct errand *e, json_t *result)
{
	const struct file_job *job = e->job;
	__attribute__((cleanup(probing_close))) struct probing p = {.source = {.fd = -1}};
	json_t *streams = json_array();
	struct stat st;
	AVFormatContext *format;

	json_object_set_new(result, "streams", streams);
	TRY(source_open(c, job->path, job->path, probe_formats, &p.source));
	format = p.source.format;
	if (avformat_find_stream_info(format, NULL) < 0 || format->nb_streams > STREAMS_MAX)
		return fail(c, FAIL_INPUT, "%s holds no streams that can be read", job->path);
	p.packet = av_packet_alloc();
	p.frame = av_frame_alloc();
	if (!p.packet || !p.frame || fstat(p.source.fd, &st))
		return fail_errno(c, errno, "cannot read %s", job->path);
	if (job->decode)
		open_decoders(&p);
	TRY(read_all(c, &p));
	set_text(result, "container", format->iformat->name);
	set_text(result, "title", av_dict_get(format->metadata, "title", NULL, 0)
		? av_dict_get(format->metadata, "title", NULL, 0)->value : NULL);
	json_object_set_new(
		result, "duration_s", json_real((double)format->duration / AV_TIME_BASE));
	json_object_set_new(result, "bytes", json_integer(st.st_size));
	json_object_set_new(result, "faststart", json_boolean(index_in_front(p.source.fd)));
	for (unsigned i = 0; i < format->nb_streams; i++)
		json_array_append_new(streams, tell_stream(&p, i, job->decode));
	return FAIL_NONE;
}

const struct work work_probe = {"probe", work_prepare_file, run};
