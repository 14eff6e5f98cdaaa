/* Outlet: a file that libavformat writes through a descriptor opened before the sandbox. */
#include "lib/media/outlet.h"

#include <errno.h>
#include <stdint.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/fault.h"

#define IO_BYTES 65536

/* One reader or writer with a place of its own in the file. */
struct pipe_end {
	struct outlet *outlet;
	int64_t at;
};

static int refuse(struct outlet *o, int err)
{
	o->error = o->error ? o->error : AVERROR(err);
	return AVERROR(err);
}

static int put(void *to, uint8_t *data, int size)
{
	struct outlet *o = to;
	int done = 0;

	while (done < size) {
		ssize_t n = fault_io(ENOSPC) ? -1
			: pwrite(o->fd, data + done, (size_t)(size - done), o->at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return refuse(o, errno);
		done += (int)n;
		o->at += n;
	}
	return done;
}

static int64_t place(int fd, int64_t *at, int64_t to, int whence)
{
	struct stat st;

	whence &= ~AVSEEK_FORCE;
	if ((whence == AVSEEK_SIZE || whence == SEEK_END) && fstat(fd, &st))
		return AVERROR(errno);
	if (whence == AVSEEK_SIZE)
		return st.st_size;
	*at = whence == SEEK_SET ? to : whence == SEEK_CUR ? *at + to : st.st_size + to;
	return *at;
}

static int64_t put_seek(void *to, int64_t at, int whence)
{
	struct outlet *o = to;

	return place(o->fd, &o->at, at, whence);
}

static int get(void *from, uint8_t *data, int size)
{
	struct pipe_end *end = from;
	ssize_t n = fault_io(EIO) ? -1
		: pread(end->outlet->fd, data, (size_t)size, end->at);

	if (n < 0)
		return refuse(end->outlet, errno);
	end->at += n;
	return n ? (int)n : AVERROR_EOF;
}

static int64_t get_seek(void *from, int64_t at, int whence)
{
	struct pipe_end *end = from;

	return place(end->outlet->fd, &end->at, at, whence);
}

/* To put the index in front the muxer reads back what it wrote: it asks for the file by name and
 * gets the same descriptor. */
static int open_again(AVFormatContext *format, AVIOContext **io, const char *url, int flags,
	AVDictionary **options)
{
	struct pipe_end *end;
	uint8_t *buffer;

	(void)url;
	(void)options;
	if (flags & AVIO_FLAG_WRITE)
		return AVERROR(EPERM);
	end = av_mallocz(sizeof *end);
	buffer = av_malloc(IO_BYTES);
	if (!end || !buffer)
		return AVERROR(ENOMEM);
	end->outlet = format->opaque;
	*io = avio_alloc_context(buffer, IO_BYTES, 0, end, get, NULL, get_seek);
	return *io ? 0 : AVERROR(ENOMEM);
}

static int close_again(AVFormatContext *format, AVIOContext *io)
{
	(void)format;
	av_free(io->opaque);
	av_free(io->buffer);
	avio_context_free(&io);
	return 0;
}

enum fail outlet_open(struct call *c, int fd, const char *format, struct outlet *out)
{
	uint8_t *buffer = av_malloc(IO_BYTES);

	*out = (struct outlet){.fd = fd};
	if (!buffer || avformat_alloc_output_context2(&out->format, NULL, format, NULL) < 0)
		return fail(c, FAIL_CONFIG, "this libavformat cannot write %s", format);
	out->format->pb = avio_alloc_context(buffer, IO_BYTES, 1, out, NULL, put, put_seek);
	if (!out->format->pb)
		return fail(c, FAIL_BUG, "no memory to write %s", format);
	out->format->opaque = out;
	out->format->io_open = open_again;
	out->format->io_close2 = close_again;
	out->format->flags |= AVFMT_FLAG_BITEXACT;
	/* Nobody reads along: whole buffers instead of packets. */
	out->format->flush_packets = 0;
	return FAIL_NONE;
}

void outlet_close(struct outlet *o)
{
	if (o->format && o->format->pb) {
		av_freep(&o->format->pb->buffer);
		avio_context_free(&o->format->pb);
	}
	avformat_free_context(o->format);
	o->format = NULL;
}
