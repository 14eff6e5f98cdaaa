/* eSpeak NG: formant voices for more than a hundred languages, with word events. */
#include "lib/voice/voice.h"

#include <espeak-ng/speak_lib.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "lib/base/buf.h"
#include "lib/base/fault.h"
#include "lib/text/utf8.h"

extern const struct voice_engine voice_espeak;

#define NORMAL_WORDS_A_MINUTE 175
/* Below this a sample is silence: what ends the last word of a clause before its pause. */
#define SILENT 0.004f

/* What the callback gathers; the library calls back on the same thread. */
struct speech {
	struct call *c;
	float *samples;
	size_t count, size;
	struct spoken_word *words;   /* at and len in characters until the text is spoken */
	size_t words_count, words_size;
	int rate;
	bool open;                   /* the last word has no end yet */
};

/* Starts the library once for the process. It is never ended: after a second start its end would
 * wait for a thread that is not there. Though told not to play it looks for a sound server; one of
 * another machine is the one that PulseAudio does not try. *RATE is of its samples. */
static enum fail speaker_start(struct call *c, int *rate)
{
	static int started;

	if (started <= 0) {
		setenv("PULSE_SERVER", "{elsewhere}unix:/dev/null", 1);
		started = fault_here() ? -1 : espeak_Initialize(AUDIO_OUTPUT_SYNCHRONOUS, 0, NULL,
			espeakINITIALIZE_DONT_EXIT);
	}
	if (started <= 0)
		return fail(c, FAIL_CONFIG, "espeak-ng could not start: install %s",
			voice_espeak.package);
	*rate = started;
	return FAIL_NONE;
}

/* Its "languages" is a list of entries, each one byte of priority and a text, ended by a zero. */
static const char *language_entry(const espeak_VOICE *voice, const char *language)
{
	for (const char *p = voice->languages; p && *p; p += strlen(p) + 1)
		if (!strcasecmp(p + 1, language))
			return p;
	return NULL;
}

static const char *const *voices(struct call *c)
{
	const espeak_VOICE **list;
	const char **names;
	size_t count = 0;
	int rate;

	if (speaker_start(c, &rate) != FAIL_NONE) {
		fail_forget(c);
		return NULL;
	}
	list = espeak_ListVoices(NULL);
	for (size_t i = 0; list && list[i]; i++)
		for (const char *p = list[i]->languages; *p; p += strlen(p) + 1)
			count++;
	names = ARENA_NEW(&c->arena, const char *, count + 1);
	count = 0;
	for (size_t i = 0; list && list[i]; i++)
		for (const char *p = list[i]->languages; *p; p += strlen(p) + 1)
			names[count++] = arena_strdup(&c->arena, p + 1);
	return names;
}

/* The identifier of the voice whose own language is LANGUAGE, else of that which lists it with the
 * best priority (the lowest), or NULL. */
static const char *language_find(const char *language)
{
	const espeak_VOICE **list = espeak_ListVoices(NULL);
	const char *best = NULL;
	char least = 0;

	for (size_t i = 0; list && list[i]; i++) {
		const char *entry = language_entry(list[i], language);

		if (entry == list[i]->languages)
			return list[i]->identifier;
		if (entry && (!best || *entry < least)) {
			best = list[i]->identifier;
			least = *entry;
		}
	}
	return best;
}

static bool variant_exists(const char *variant)
{
	espeak_VOICE wanted = {.languages = "variant"};
	const espeak_VOICE **list = espeak_ListVoices(&wanted);

	for (size_t i = 0; list && list[i]; i++) {
		const char *slash = strrchr(list[i]->identifier, '/');

		if (slash && !strcmp(slash + 1, variant))
			return true;
	}
	return false;
}

/* NAME is LANG or LANG+VARIANT. The library answers an unknown language with the voice it had, and
 * an unknown variant with none, so both are looked up first. English without a variant gets the
 * one that is understood best. */
static enum fail voice_set(struct call *c, const char *name)
{
	const char *plus = strchr(name, '+');
	size_t len = plus ? (size_t)(plus - name) : strlen(name);
	const char *language = arena_memdup(&c->arena, name, len);
	const char *identifier = language_find(language);
	const espeak_VOICE *now;

	if (!identifier)
		return fail(c, FAIL_INPUT, "espeak-ng has no language %s: give one such as en-gb, "
			"es, fr, de, cmn or ja", language);
	identifier = arena_strdup(&c->arena, identifier);
	if (!plus && !strncasecmp(language, "en", 2) && strchr("-", language[2]))
		plus = "+klatt4";
	if (plus && !variant_exists(plus + 1))
		return fail(c, FAIL_INPUT, "espeak-ng has no variant %s: give one such as m3, f3 or "
			"klatt4", plus + 1);
	if (espeak_SetVoiceByName(arena_printf(&c->arena, "%s%s", identifier, plus ? plus : ""))
		!= EE_OK)
		return fail(c, FAIL_INPUT, "espeak-ng could not load the voice %s", name);
	now = espeak_GetCurrentVoice();
	if (!now || !language_entry(now, language))
		return fail(c, FAIL_INPUT, "espeak-ng did not take the voice %s", name);
	return FAIL_NONE;
}

static void speech_end(struct speech *s)
{
	free(s->samples);
	free(s->words);
}

static void samples_add(struct speech *s, const short *wave, size_t count)
{
	if (s->count + count > s->size) {
		s->size = (s->count + count) * 2;
		s->samples = xrealloc(s->samples, s->size, sizeof s->samples[0]);
	}
	for (size_t i = 0; i < count; i++)
		s->samples[s->count + i] = (float)wave[i] / 32768.0f;
	s->count += count;
}

static void word_add(struct speech *s, const espeak_EVENT *event)
{
	if (s->words_count == s->words_size) {
		s->words_size = s->words_size ? s->words_size * 2 : 64;
		s->words = xrealloc(s->words, s->words_size, sizeof s->words[0]);
	}
	s->words[s->words_count++] = (struct spoken_word){
		.at = event->text_position > 0 ? (size_t)event->text_position - 1 : 0,
		.len = (size_t)event->length,
		.start_s = event->audio_position / 1000.0,
	};
}

static int heard(short *wave, int count, espeak_EVENT *events)
{
	struct speech *s = events->user_data;

	if (!s)
		return 0;
	if (wave && count > 0)
		samples_add(s, wave, (size_t)count);
	for (const espeak_EVENT *e = events; e->type != espeakEVENT_LIST_TERMINATED; e++) {
		/* Words without a length are leftovers of the clause before. */
		if (e->type != espeakEVENT_END && (e->type != espeakEVENT_WORD || e->length <= 0))
			continue;
		if (s->open)
			s->words[s->words_count - 1].end_s = e->audio_position / 1000.0;
		s->open = e->type == espeakEVENT_WORD;
		if (s->open)
			word_add(s, e);
	}
	return s->c->cancelled && *s->c->cancelled;
}

/* Ends words where their sound ends (an event tells only where the next one starts) and turns
 * their places from characters into bytes. */
static void words_finish(const struct speech *s, const char *text, struct spoken *out)
{
	size_t len = strlen(text), at = 0, chars = 0;
	uint32_t cp;

	for (size_t i = 0; i < out->words_count; i++) {
		struct spoken_word *w = &out->words[i];
		size_t first = (size_t)(w->start_s * s->rate), last;
		size_t from, n;

		if (s->open && i + 1 == out->words_count)
			w->end_s = (double)s->count / s->rate;
		w->end_s = fmin(w->end_s, (double)s->count / s->rate);
		last = (size_t)(w->end_s * s->rate);
		while (last > first && fabsf(s->samples[last - 1]) < SILENT)
			last--;
		if (last > first)
			w->end_s = (double)last / s->rate;
		if (w->at < chars)
			at = chars = 0;
		for (; chars < w->at && (n = utf8_decode(text + at, len - at, &cp)); chars++)
			at += n;
		from = at;
		for (size_t k = 0; k < w->len; k++)
			from += utf8_decode(text + from, len - from, &cp);
		w->at = at;
		w->len = from - at;
	}
}

static enum fail speak(struct call *c, const struct voice_style *style, const char *text,
	struct speech *s)
{
	unsigned flags = espeakCHARS_UTF8;

	espeak_SetSynthCallback(heard);
	espeak_SetParameter(espeakRATE, (int)lround(NORMAL_WORDS_A_MINUTE * style->speed), 0);
	/* Its pitch goes from 0 to 100 over two octaves, 50 is the voice's own. */
	espeak_SetParameter(espeakPITCH, (int)lround(50 + 50 * log2(style->pitch)), 0);
	/* Its noise comes from rand(). Its flutter runs on from one sentence into the next: the same
	 * sentences in the same order give the same samples, and only they. */
	srandom(1);
	if (espeak_Synth(text, strlen(text) + 1, 0, POS_CHARACTER, 0, flags, NULL, s) != EE_OK)
		return fail(c, FAIL_IO, "espeak-ng could not speak \"%s\"", text);
	TRY(call_check(c));
	if (!s->words_count)
		return fail(c, FAIL_INPUT, "the voice espeak:%s finds no word to speak in \"%s\"",
			style->voice, text);
	return FAIL_NONE;
}

static enum fail say(struct call *c, const struct voice_style *style, const char *text,
	struct spoken *out)
{
	__attribute__((cleanup(speech_end))) struct speech s = {.c = c};
	int rate;

	if (text[utf8_valid(text, strlen(text))])
		return fail(c, FAIL_INPUT, "the text to speak is not UTF-8");
	TRY(speaker_start(c, &rate));
	TRY(voice_set(c, style->voice));
	s.rate = rate;
	TRY(speak(c, style, text, &s));
	*out = (struct spoken){
		.samples = ARENA_NEW(&c->arena, float, s.count),
		.count = (int64_t)s.count,
		.rate = rate,
		.words = ARENA_NEW(&c->arena, struct spoken_word, s.words_count),
		.words_count = s.words_count,
	};
	memcpy(out->samples, s.samples, s.count * sizeof s.samples[0]);
	memcpy(out->words, s.words, s.words_count * sizeof s.words[0]);
	words_finish(&s, text, out);
	return FAIL_NONE;
}

const struct voice_engine voice_espeak = {
	.name = "espeak",
	.about = "eSpeak NG, more than a hundred languages",
	.package = "espeak-ng-data",
	.voices = voices,
	.say = say,
};
