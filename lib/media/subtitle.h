/* Subtitle: captions and word times as files. */
#ifndef MEDIA_SUBTITLE_H
#define MEDIA_SUBTITLE_H

#include "lib/media/timeline.h"

/* SubRip (as VLC and YouTube read it) and WebVTT: at most two lines of 42 characters. */
const char *subtitle_srt(struct call *c, const struct timeline *t);
const char *subtitle_vtt(struct call *c, const struct timeline *t);

/* The timeline as JSON: duration, scenes in frames, words in seconds. */
const char *subtitle_words(struct call *c, const struct timeline *t);

/* Words in all sentences and items. */
size_t timeline_words(const struct timeline *t);

#endif
