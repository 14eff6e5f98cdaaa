/* Narration: a sentence made speakable, spoken, resampled, trimmed, its words put back in place. */
#include "lib/media/sound.h"

#include <libswresample/swresample.h>
#include <libavutil/channel_layout.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lib/media/speakable.h"

/* Engines keep a whole utterance in memory (flite 1 MB a second): longer text goes in parts. */
#define PART_BYTES 900
#define MARGIN_S 0.020
/* Sound below this share of the peak, -46 dB, is silence at both ends. */
#define SILENT_SHARE 0.005f

/* Narration being put together at SOUND_RATE. */
struct narration {
	float *samples;
	size_t count, size;
	double *start_s, *end_s;  /* of each piece; end 0: not heard */
};

static void narration_end(struct narration *n)
{
	free(n->samples);
}

static void swr_end(struct SwrContext **swr)
{
	swr_free(swr);
}

/* Adds SPOKEN at the end of N, converted to SOUND_RATE. */
static enum fail samples_add(struct call *c, const struct spoken *spoken, struct narration *n)
{
	__attribute__((cleanup(swr_end))) struct SwrContext *swr = NULL;
	AVChannelLayout mono = AV_CHANNEL_LAYOUT_MONO;
	const uint8_t *in = (const uint8_t *)spoken->samples;
	int room = (int)(spoken->count * SOUND_RATE / spoken->rate) + 256, done, more;
	uint8_t *to;

	if (swr_alloc_set_opts2(&swr, &mono, AV_SAMPLE_FMT_FLT, SOUND_RATE, &mono,
		AV_SAMPLE_FMT_FLT, spoken->rate, 0, NULL) < 0 || swr_init(swr) < 0)
		return fail(c, FAIL_IO, "libswresample could not convert %d Hz to %d Hz",
			spoken->rate, SOUND_RATE);
	if (n->count + (size_t)room > n->size) {
		n->size = n->count + (size_t)room * 2;
		n->samples = xrealloc(n->samples, n->size, sizeof n->samples[0]);
	}
	to = (uint8_t *)(n->samples + n->count);
	done = swr_convert(swr, &to, room, &in, (int)spoken->count);
	to = (uint8_t *)(n->samples + n->count + (done > 0 ? done : 0));
	more = done < 0 ? -1 : swr_convert(swr, &to, room - done, NULL, 0);
	if (done < 0 || more < 0)
		return fail(c, FAIL_IO, "libswresample could not convert the narration");
	n->count += (size_t)(done + more);
	return FAIL_NONE;
}

/* Notes the times of SPOKEN's words at the pieces from FIRST to END that hold their places; BASE is
 * where SPOKEN's text starts in the whole. Engines report places that only grow. */
static void times_note(struct narration *n, const struct speakable *text, size_t first, size_t end,
	size_t base, const struct spoken *spoken, double offset_s)
{
	size_t i = first;

	for (size_t k = 0; k < spoken->words_count; k++) {
		const struct spoken_word *w = &spoken->words[k];

		while (i + 1 < end && text->pieces[i + 1].said_at <= base + w->at)
			i++;
		if (n->end_s[i] <= 0)
			n->start_s[i] = offset_s + w->start_s;
		n->end_s[i] = fmax(n->end_s[i], offset_s + w->end_s);
	}
}

/* Engines join small words ("of the") and report them as one: the pieces FIRST to END share the
 * time that one of them has, by the length of what is said. */
static void time_share(struct narration *n, const struct speakable *text, size_t first, size_t end,
	size_t timed)
{
	double start_s = n->start_s[timed], span_s = n->end_s[timed] - start_s;
	size_t total = 0, before = 0;

	for (size_t i = first; i < end; i++)
		total += text->pieces[i].said_len;
	for (size_t i = first; i < end && total; i++) {
		n->start_s[i] = start_s + span_s * (double)before / (double)total;
		before += text->pieces[i].said_len;
		n->end_s[i] = start_s + span_s * (double)before / (double)total;
	}
}

static void times_fill(struct narration *n, const struct speakable *text)
{
	size_t lead = 0, end;

	while (lead < text->count && n->end_s[lead] <= 0)
		lead++;
	for (size_t i = lead; i < text->count; i = end) {
		for (end = i + 1; end < text->count && n->end_s[end] <= 0; end++)
			;
		if (end > i + 1 || (i == lead && lead))
			time_share(n, text, i == lead ? 0 : i, end, i);
	}
}

/* One part of the text through the engine, in memory of its own. */
static enum fail part_say(struct call *c, const struct voice_engine *engine,
	const struct voice_style *style, const struct speakable *text, size_t first, size_t end,
	struct narration *n)
{
	__attribute__((cleanup(call_release))) struct call scratch = {
		.cancelled = c->cancelled, .deadline_boot_ms = c->deadline_boot_ms,
	};
	size_t from = text->pieces[first].said_at;
	size_t to = end < text->count ? text->pieces[end].said_at : strlen(text->text);
	const char *said = arena_memdup(&scratch.arena, text->text + from, to - from);
	struct spoken spoken = {0};
	enum fail failed = engine->say(&scratch, style, said, &spoken);

	if (failed != FAIL_NONE)
		return scratch.why ? fail(c, failed, "%s", scratch.why) : failed;
	times_note(n, text, first, end, from, &spoken, (double)n->count / SOUND_RATE);
	return samples_add(c, &spoken, n);
}

/* The first piece behind FIRST at which a new part starts: after a mark if one is near the end. */
static size_t part_end(const struct speakable *text, size_t first)
{
	size_t end = first + 1, marked = 0;

	size_t limit = text->pieces[first].said_at + PART_BYTES;

	while (end < text->count && text->pieces[end].said_at < limit) {
		const struct speakable_piece *p = &text->pieces[end];

		if (strchr(".,;:!?", text->text[p->said_at + p->said_len]))
			marked = end + 1;
		end++;
	}
	return end < text->count && marked > first + (end - first) / 2 ? marked : end;
}

/* Cuts silence at both ends down to MARGIN_S, shifts the times, and hands everything to the call. */
static enum fail narration_finish(struct call *c, const struct speakable *text,
	const struct narration *n, struct spoken *out)
{
	size_t first = 0, last = n->count, margin = (size_t)(MARGIN_S * SOUND_RATE), kept = 0;
	struct spoken spoken = {.rate = SOUND_RATE};
	double length_s, shift_s;
	float peak = 0;

	for (size_t i = 0; i < n->count; i++)
		peak = fabsf(n->samples[i]) > peak ? fabsf(n->samples[i]) : peak;
	while (first < last && fabsf(n->samples[first]) <= peak * SILENT_SHARE)
		first++;
	while (last > first && fabsf(n->samples[last - 1]) <= peak * SILENT_SHARE)
		last--;
	if (first == last)
		return fail(c, FAIL_INPUT, "the voice said nothing for \"%s\"", text->text);
	first = first > margin ? first - margin : 0;
	last = last + margin < n->count ? last + margin : n->count;
	length_s = (double)(last - first) / SOUND_RATE;
	shift_s = (double)first / SOUND_RATE;
	spoken.count = (int64_t)(last - first);
	spoken.samples = ARENA_NEW(&c->arena, float, last - first);
	memcpy(spoken.samples, n->samples + first, (last - first) * sizeof n->samples[0]);
	spoken.words = ARENA_NEW(&c->arena, struct spoken_word, text->count);
	for (size_t i = 0; i < text->count; i++) {
		double floor_s = kept ? spoken.words[kept - 1].end_s : 0;
		struct spoken_word w = {.at = text->pieces[i].at, .len = text->pieces[i].len};

		w.start_s = fmin(fmax(n->start_s[i] - shift_s, floor_s), length_s);
		w.end_s = fmin(fmax(n->end_s[i] - shift_s, w.start_s), length_s);
		spoken.words[kept++] = w;
	}
	spoken.words_count = kept;
	*out = spoken;
	return FAIL_NONE;
}

static enum fail factor_check(struct call *c, const char *what, double factor)
{
	if (factor >= 0.5 && factor <= 2)
		return FAIL_NONE;
	return fail(c, FAIL_INPUT, "%s of the voice is %g: give a factor from 0.5 to 2", what,
		factor);
}

enum fail sound_say(struct call *c, const char *name, double speed, double pitch, const char *text,
	struct spoken *out)
{
	__attribute__((cleanup(narration_end))) struct narration n = {0};
	const struct voice_engine *engine;
	struct voice_style style;
	struct speakable said;
	size_t end;

	TRY(factor_check(c, "speed", speed));
	TRY(factor_check(c, "pitch", pitch));
	TRY(voice_find(c, name, &engine, &style));
	style.speed = fmin(fmax(style.speed * speed, 0.5), 2);
	style.pitch = fmin(fmax(style.pitch * pitch, 0.5), 2);
	TRY(speakable_make(c, &(struct speakable_voice){
		.name = name,
		.language = engine->ascii_english ? "en" : style.voice,
		.ascii = engine->ascii_english,
	}, text, &said));
	n.start_s = ARENA_NEW(&c->arena, double, said.count);
	n.end_s = ARENA_NEW(&c->arena, double, said.count);
	for (size_t i = 0; i < said.count; i = end) {
		end = part_end(&said, i);
		TRY(call_check(c));
		TRY(part_say(c, engine, &style, &said, i, end, &n));
	}
	times_fill(&n, &said);
	return narration_finish(c, &said, &n, out);
}
