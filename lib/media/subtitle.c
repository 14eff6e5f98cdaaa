/* Subtitle: captions and word times as files. */
#include "lib/media/subtitle.h"

#include <math.h>
#include <string.h>

#include "lib/json/json.h"

#define LINES 2
#define LETTERS 42

/* A caption is not taken away before it can be read, unless the next one comes. */
#define SHOWN_LEAST_S 1.0

static void add_time(struct buf *b, double seconds, char point)
{
	long long ms = llround(seconds * 1000);

	buf_addf(b, "%02lld:%02lld:%02lld%c%03lld", ms / 3600000, ms / 60000 % 60, ms / 1000 % 60,
		point, ms % 1000);
}

/* '&', '<' and '>' begin markup in WebVTT; SubRip has no way to escape them. */
static void add_text(struct buf *b, const char *text, bool escape)
{
	for (; *text; text++) {
		if (escape && *text == '&')
			buf_adds(b, "&amp;");
		else if (escape && *text == '<')
			buf_adds(b, "&lt;");
		else if (escape && *text == '>')
			buf_adds(b, "&gt;");
		else
			buf_addc(b, *text);
	}
}

/* When the part behind I begins to speak, or the end of the video. */
static double next_start_s(const struct timeline *t, size_t i)
{
	for (i++; i < t->parts_count; i++)
		if (t->parts[i].tokens.count)
			return t->parts[i].tokens.token[0].start_s;
	return frame_time_s(t, t->frames);
}

static const char *subtitle_text(struct call *c, const struct timeline *t, bool vtt)
{
	struct buf b = buf_in(&c->arena);
	size_t number = 0;

	if (vtt)
		buf_adds(&b, "WEBVTT\n\n");
	for (size_t i = 0; i < t->parts_count; i++) {
		const struct tokens *tokens = &t->parts[i].tokens;
		struct captions all = captions_of(c, tokens, LINES, LETTERS);

		for (size_t k = 0; k < all.count; k++) {
			const struct caption *cap = &all.caption[k];
			double next_s = k + 1 < all.count ? all.caption[k + 1].start_s
							  : next_start_s(t, i);
			double end_s = fmin(fmax(cap->end_s, cap->start_s + SHOWN_LEAST_S), next_s);

			if (!vtt)
				buf_addf(&b, "%zu\n", ++number);
			add_time(&b, cap->start_s, vtt ? '.' : ',');
			buf_adds(&b, " --> ");
			add_time(&b, end_s, vtt ? '.' : ',');
			buf_addc(&b, '\n');
			add_text(&b, caption_text(c, tokens, cap, 0, NULL, NULL), vtt);
			buf_adds(&b, "\n\n");
		}
	}
	return b.data;
}

const char *subtitle_srt(struct call *c, const struct timeline *t)
{
	return subtitle_text(c, t, false);
}

const char *subtitle_vtt(struct call *c, const struct timeline *t)
{
	return subtitle_text(c, t, true);
}

size_t timeline_words(const struct timeline *t)
{
	size_t words = 0;

	for (size_t i = 0; i < t->parts_count; i++)
		words += t->parts[i].tokens.count;
	return words;
}

/* Whole milliseconds, so that equal timelines give equal text. */
static json_t *seconds_json(double seconds)
{
	return json_real(nearbyint(seconds * 1000) / 1000);
}

static json_t *scene_json(const struct timeline *t, const struct scene_span *s)
{
	json_t *words = json_array();

	for (size_t i = s->first; i < s->first + s->count; i++)
		for (size_t k = 0; k < t->parts[i].tokens.count; k++) {
			const struct token *w = &t->parts[i].tokens.token[k];

			json_array_append_new(words, json_pack("{s:o,s:o,s:o}", "start_s",
				seconds_json(w->start_s), "end_s", seconds_json(w->end_s), "text",
				json_stringn(w->text, w->len)));
		}
	return json_pack("{s:s?,s:I,s:I,s:o}", "title", s->scene->title, "start_frame",
		(json_int_t)s->from, "end_frame", (json_int_t)s->to, "words", words);
}

const char *subtitle_words(struct call *c, const struct timeline *t)
{
	json_t *scenes = json_array();
	JSON_AUTO all = json_pack("{s:o,s:i,s:I,s:o}", "duration_s",
		seconds_json(frame_time_s(t, t->frames)), "fps", t->fps, "frames",
		(json_int_t)t->frames, "scenes", scenes);
	struct buf b = buf_in(&c->arena);

	for (size_t i = 0; i < t->scenes_count; i++)
		json_array_append_new(scenes, scene_json(t, &t->scenes[i]));
	buf_adds(&b, json_text(c, all, true));
	buf_addc(&b, '\n');
	return b.data;
}
