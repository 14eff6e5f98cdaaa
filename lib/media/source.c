/* Source: a media file opened so that it can refer to nothing beside itself. */
#include "lib/media/source.h"

#include <errno.h>
#include <fcntl.h>
#include <libavutil/opt.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/fault.h"
#include "lib/os/file.h"

#define IO_BYTES 65536

void source_close(struct source *s)
{
	avformat_close_input(&s->format);
	if (s->io)
		av_freep(&s->io->buffer);
	avio_context_free(&s->io);
	file_close(&s->fd);
}

static int read_some(void *fd, uint8_t *to, int size)
{
	ssize_t got = fault_io(EIO) ? -1 : read((int)(intptr_t)fd, to, (size_t)size);

	if (got < 0)
		return AVERROR(errno);
	return got ? (int)got : AVERROR_EOF;
}

static int64_t seek_to(void *fd, int64_t to, int whence)
{
	struct stat st;
	off_t at;

	if (whence == AVSEEK_SIZE)
		return fstat((int)(intptr_t)fd, &st) ? AVERROR(errno) : st.st_size;
	at = lseek((int)(intptr_t)fd, to, whence & ~AVSEEK_FORCE);
	return at < 0 ? AVERROR(errno) : at;
}

/* Whatever a demuxer wants to open beside its own bytes does not exist. */
static int open_nothing(AVFormatContext *format, AVIOContext **io, const char *url, int flags,
	AVDictionary **options)
{
	(void)format;
	(void)io;
	(void)url;
	(void)flags;
	(void)options;
	return AVERROR(EPERM);
}

/* "png_pipe,gif" as "png, gif". */
static const char *formats_said(struct call *c, const char *formats)
{
	struct buf b = buf_in(&c->arena);

	for (const char *p = formats; *p; p += strcspn(p, ","), p += *p == ',')
		buf_addf(&b, "%s%.*s", b.len ? ", " : "", (int)strcspn(p, "_,"), p);
	return b.data;
}

enum fail source_open(struct call *c, const char *path, const char *name, const char *formats,
	struct source *out)
{
	SOURCE_AUTO s = {.fd = -1};
	struct stat st;
	uint8_t *buffer;
	int error;

	s.fd = fault_io(EIO) ? -1 : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (s.fd < 0)
		return fail_errno(c, errno, "cannot read %s", name);
	if (fstat(s.fd, &st) || !S_ISREG(st.st_mode))
		return fail(c, FAIL_INPUT, "%s is no regular file", name);
	buffer = av_malloc(IO_BYTES);
	s.io = avio_alloc_context(buffer, IO_BYTES, 0, (void *)(intptr_t)s.fd, read_some, NULL,
		seek_to);
	s.format = avformat_alloc_context();
	if (!s.io || !s.format)
		return fail(c, FAIL_BUG, "no memory to read %s", name);
	s.format->pb = s.io;
	s.format->io_open = open_nothing;
	s.format->max_streams = 32;
	if (av_opt_set(s.format, "format_whitelist", formats, 0) < 0)
		return fail(c, FAIL_BUG, "libavformat knows no format_whitelist");
	error = avformat_open_input(&s.format, "", NULL, NULL);
	if (error == AVERROR(EIO) || error == AVERROR(ENOMEM))
		return fail(c, FAIL_IO, "cannot read %s", name);
	if (error < 0)
		return fail(c, FAIL_INPUT, "%s is not in a format that can be used here: %s", name,
			formats_said(c, formats));
	*out = s;
	s = (struct source){.fd = -1};
	return FAIL_NONE;
}
