/* Media types by file name. */
#include "lib/text/media_type.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

static const char *const types[][2] = {
	{".csv", "text/csv"}, {".gif", "image/gif"}, {".htm", "text/html"}, {".html", "text/html"},
	{".jpeg", "image/jpeg"}, {".jpg", "image/jpeg"}, {".json", "application/json"},
	{".md", "text/markdown"}, {".mp3", "audio/mpeg"}, {".mp4", "video/mp4"},
	{".pdf", "application/pdf"}, {".png", "image/png"}, {".srt", "application/x-subrip"},
	{".txt", "text/plain"}, {".vtt", "text/vtt"}, {".wav", "audio/wav"},
	{".webp", "image/webp"}, {".y4m", "video/x-yuv4mpeg"},
};

const char *media_type_of(const char *name)
{
	const char *dot = strrchr(name, '.');

	for (size_t i = 0; dot && i < sizeof types / sizeof *types; i++)
		if (!strcasecmp(dot, types[i][0]))
			return types[i][1];
	return "application/octet-stream";
}
