/* Picture sizes as people say them. */
#include "lib/text/size.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define SIDE_LEAST 128
#define SIDE_LONG 3840
#define SIDE_SHORT 2160

static const struct {
	const char *name;
	int64_t width, height;
} sizes[] = {
	{"360p", 640, 360}, {"480p", 854, 480}, {"540p", 960, 540}, {"720p", 1280, 720},
	{"1080p", 1920, 1080}, {"1440p", 2560, 1440}, {"2160p", 3840, 2160}, {"4k", 3840, 2160},
	{"vertical", 1080, 1920}, {"square", 1080, 1080},
};

static enum fail refuse(struct call *c, const char *text)
{
	return fail(c, FAIL_USAGE, "\"%s\" is not one of 360p, 480p, 540p, 720p, 1080p, 1440p, 4k, "
		"vertical, square or WIDTHxHEIGHT in even pixels from 128 to 3840x2160", text);
}

enum fail size_parse(struct call *c, const char *text, int64_t *width, int64_t *height)
{
	const char *given = text;
	char *end;
	int64_t w, h;

	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
		if (!strcasecmp(text, sizes[i].name)) {
			*width = sizes[i].width;
			*height = sizes[i].height;
			return FAIL_NONE;
		}
	w = strtol(text, &end, 10);
	if (end == text || (*end != 'x' && *end != 'X'))
		return refuse(c, given);
	text = end + 1;
	h = strtol(text, &end, 10);
	if (end == text || *end || w < SIDE_LEAST || h < SIDE_LEAST || w % 2 || h % 2 ||
		(w > h ? w : h) > SIDE_LONG || (w > h ? h : w) > SIDE_SHORT)
		return refuse(c, given);
	*width = w;
	*height = h;
	return FAIL_NONE;
}

const char *const *size_names(void)
{
	static const char *names[sizeof sizes / sizeof *sizes + 1];

	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
		names[i] = sizes[i].name;
	return names;
}
