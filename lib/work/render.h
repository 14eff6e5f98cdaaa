/* Render: from a script to finished, checked and recorded files. */
#ifndef WORK_RENDER_H
#define WORK_RENDER_H

#include "lib/content/script.h"
#include "lib/field/field.h"

/* What operations that make sound or pictures let their caller choose. Their argument structs hold
 * one as the member `look`; RENDER_FIELDS(T) are its fields. */
struct render_look {
	const char *voice, *size, *quality, *background;
	double speed, pitch, music_volume, loudness_lufs;
	int64_t fps, seed;
	bool captions, background_music;
	struct path music;
	const char *const *effects;
};

struct render_output {
	const char *format;     /* "mp4", "wav", "mp3", "srt", "vtt", "words", "y4m", "png" */
	struct path to;         /* a local file or standard output */
};

struct rendered {
	double duration_s, loudness_lufs; /* NUM_NULL of a picture */
	int64_t width, height, frames, words, bytes;
	const char *path;       /* of the first output, absolute; "-" for standard output */
	const char *sha256;     /* of the first output */
};

/* Renders SCRIPT to COUNT outputs. FOLDER is where its pictures are looked for (NULL: only URLs).
 * Each output is written beside its final name, synced, opened again and checked (streams,
 * duration, frames; size and contrast of a picture), renamed, hashed, and handed to op_made(). A
 * file that stood there is replaced only by a whole one. A "png" is a card (lib/content/card.h),
 * and the only output. */
enum fail render_script(struct call *c, const struct script *script, const char *folder,
	const struct render_look *look, const struct render_output *outputs, size_t count,
	struct rendered *out);

/* What render_script() would make of FORMAT first, and whether all that it needs is there:
 * everything is spoken, nothing drawn or written. */
enum fail render_estimate(struct call *c, const struct script *script, const char *folder,
	const struct render_look *look, const char *format, struct rendered *out);

/* The format that the end of the name PATH speaks for, or FAIL_USAGE with those there are. */
enum fail render_format(struct call *c, const char *path, const char **format);

/* Where the output goes when the caller names none: in the shell a file of the current folder that
 * is called like the source NAME, elsewhere a new one in the data folder. */
enum fail render_target(struct call *c, const char *name, const char *format, struct path *out);

/* What the guides' clients may ask for and is not made. */
#define RENDER_INSTEAD                                                                             \
	ONEOF("avi", "AVI is not written: ask for mp4, which plays wherever AVI does", "webm",     \
		"WebM is not written: ask for mp4, which browsers play too", "jpg", JPEG_INSTEAD,  \
		"jpeg", JPEG_INSTEAD, "svg", "SVG is not written: ask for png")
#define JPEG_INSTEAD "JPEG is not written: ask for png, which browsers show too"

#define RENDER_FIELD(T, m, ...)                                                                    \
	{.name = #m, .offset = offsetof(T, look.m), .type = FIELD_TYPE(T, look.m),                 \
		.help = __VA_ARGS__}
#define RENDER_FIELDS(T)                                                                           \
	RENDER_FIELD(T, voice, "Voice, one of trae voice list, or none", .setting = "video.voice", \
		.complete = "voice list"),                                                         \
	RENDER_FIELD(T, size, "Picture size: 720p, 1080p, 4k, vertical, square, 1280x720",         \
		.setting = "video.size"),                                                          \
	RENDER_FIELD(T, background_music, "Play music under the voice"),                           \
	RENDER_FIELD(T, music, "Music file or URL instead of the built-in bed"),                   \
	RENDER_FIELD(T, effects, "What moves besides the pictures",                                \
		.initial = "transitions,text_overlays",                                            \
		.oneof = ONEOF("transitions", "text_overlays")),                                   \
	RENDER_FIELD(T, captions, "Burn captions into the picture", .setting = "video.captions"),  \
	RENDER_FIELD(T, quality, "Encoding effort", .setting = "video.quality",                    \
		.oneof = ONEOF("draft", "production")),                                            \
	RENDER_FIELD(T, fps, "Pictures a second", .setting = "video.fps", .min = 1, .max = 60),    \
	RENDER_FIELD(T, speed, "Speed of the voice", .initial = "1", .min = 0.5, .max = 2),        \
	RENDER_FIELD(T, pitch, "Pitch of the voice", .initial = "1", .min = 0.5, .max = 2),        \
	RENDER_FIELD(T, music_volume, "Volume of music before it gives way to speech",             \
		.setting = "video.music_volume", .min = 0, .max = 2),                              \
	RENDER_FIELD(T, loudness_lufs, "Loudness of the sound in LUFS",                            \
		.setting = "video.loudness_lufs", .min = -36, .max = -9),                          \
	RENDER_FIELD(T, background, "Colour behind, as #1b2838; without it drawn from the seed"),  \
	RENDER_FIELD(T, seed, "Number that colours and music are drawn from", .initial = "1",      \
		.min = 0, .max = 4294967295)

#endif
