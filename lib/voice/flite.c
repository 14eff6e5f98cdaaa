/* Flite: English voices of Carnegie Mellon University, with word times from their utterances. */
#include "lib/voice/voice.h"

#include <flite/flite.h>
#include <flite/cst_cg.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/fault.h"

/* The voice libraries declare these nowhere. Each keeps one voice for the whole process. */
cst_voice *register_cmu_us_rms(const char *folder);
cst_voice *register_cmu_us_slt(const char *folder);
cst_voice *register_cmu_us_awb(const char *folder);
cst_voice *register_cmu_us_kal16(const char *folder);

struct flite_voice {
	const char *name;
	cst_voice *(*load)(const char *folder);
	float stretch;        /* its own duration_stretch */
	float f0_hz;          /* its own mean pitch, where its library does not hold it */
};
static const struct flite_voice flite_voices[] = {
	{"rms", register_cmu_us_rms, 1.0f, 98},
	{"slt", register_cmu_us_slt, 1.0f, 172},
	{"awb", register_cmu_us_awb, 1.0f, 132},
	{"kal16", register_cmu_us_kal16, 1.1f, 95},
};
#define VOICES (sizeof flite_voices / sizeof flite_voices[0])

static const char *const *voices(struct call *c)
{
	const char **names = ARENA_NEW(&c->arena, const char *, VOICES + 1);

	for (size_t i = 0; i < VOICES; i++)
		names[i] = flite_voices[i].name;
	return names;
}

static const struct flite_voice *voice_named(const char *name)
{
	for (size_t i = 0; i < VOICES; i++)
		if (!strcmp(flite_voices[i].name, name))
			return &flite_voices[i];
	return NULL;
}

/* Flite drops what is not ASCII without a word, so it must not get there. */
static enum fail text_check(struct call *c, const char *text)
{
	bool sound = false;

	for (const unsigned char *p = (const unsigned char *)text; *p; p++) {
		if (*p >= 0x80)
			return fail(c, FAIL_INPUT, "flite voices speak only ASCII letters: choose a "
				"voice as espeak:LANG for this text");
		sound |= (*p >= '0' && *p <= '9') || ((*p | 0x20) >= 'a' && (*p | 0x20) <= 'z');
	}
	if (!sound)
		return fail(c, FAIL_INPUT, "there is no word to speak in the text");
	return FAIL_NONE;
}

static void utterance_end(cst_utterance **u)
{
	if (*u)
		delete_utterance(*u);
}
#define UTTERANCE_AUTO __attribute__((cleanup(utterance_end))) cst_utterance

/* Start and end of a word from its first and last phone; false for one that has none. */
static bool word_time(const cst_item *word, double *start_s, double *end_s)
{
	const cst_item *first = item_daughter(item_daughter(item_as(word, "SylStructure")));
	const cst_item *last = item_last_daughter(
		item_last_daughter(item_as(word, "SylStructure")));
	const cst_item *before;

	if (!first || !last)
		return false;
	before = item_prev(item_as(first, "Segment"));
	*start_s = before ? (double)item_feat_float(before, "end") : 0;
	*end_s = (double)item_feat_float(last, "end");
	return *end_s > *start_s;
}

/* Words in order of speech. A token such as "2024" is said as several words: they share the
 * place of the token in TEXT and become one. */
static void words_read(struct call *c, cst_utterance *u, const char *text, struct spoken *out)
{
	cst_relation *tokens = utt_relation(u, "Token");
	size_t count = 0, at = 0;

	for (const cst_item *t = relation_head(tokens); t; t = item_next(t))
		count++;
	out->words = ARENA_NEW(&c->arena, struct spoken_word, count);
	for (const cst_item *t = relation_head(tokens); t; t = item_next(t)) {
		const char *name = item_name(t), *found = strstr(text + at, name);
		struct spoken_word word = {.at = at, .len = strlen(name)};
		bool timed = false;
		double start_s, end_s;

		if (!found)
			continue;
		word.at = (size_t)(found - text);
		at = word.at + word.len;
		for (const cst_item *w = item_daughter(t); w; w = item_next(w)) {
			if (!word_time(w, &start_s, &end_s))
				continue;
			if (!timed)
				word.start_s = start_s;
			word.end_s = end_s;
			timed = true;
		}
		if (timed)
			out->words[out->words_count++] = word;
	}
}

/* The pitch model of rms ("spam") does not know a mean; its plainer one does, and serves when
 * another pitch is asked for. A voice lives as long as the process, and so does this. */
static void model_choose(cst_voice *voice, bool own_pitch)
{
	static cst_cg_db plain;
	static const cst_cg_db *spam;
	const cst_cg_db *now = val_cg_db(feat_val(voice->features, "cg_db"));

	if (now->spamf0 && !own_pitch) {
		spam = now;
		plain = *now;
		plain.spamf0 = 0;
		feat_set(voice->features, "cg_db", cg_db_val(&plain));
	} else if (now == &plain && own_pitch) {
		feat_set(voice->features, "cg_db", cg_db_val(spam));
	}
}

static void style_set(cst_voice *voice, const struct flite_voice *own,
	const struct voice_style *style)
{
	double f0_hz = (double)own->f0_hz;

	if (feat_present(voice->features, "cg_db")) {
		model_choose(voice, style->pitch > 0.99 && style->pitch < 1.01);
		f0_hz = (double)val_cg_db(feat_val(voice->features, "cg_db"))->f0_mean;
	}
	feat_set_float(voice->features, "duration_stretch",
		(float)((double)own->stretch / style->speed));
	feat_set_float(voice->features, "int_f0_target_mean", (float)(f0_hz * style->pitch));
}

static enum fail say(struct call *c, const struct voice_style *style, const char *text,
	struct spoken *out)
{
	const struct flite_voice *own = voice_named(style->voice);
	struct spoken spoken = {0};
	UTTERANCE_AUTO *u = NULL;
	const cst_wave *wave;
	cst_voice *voice;

	if (!own)
		return fail(c, FAIL_INPUT, "flite has no voice %s: it has rms, slt, awb and kal16",
			style->voice);
	TRY(text_check(c, text));
	flite_init();
	voice = own->load(NULL);
	if (!voice || fault_here())
		return fail(c, FAIL_IO, "flite could not load its voice %s", style->voice);
	style_set(voice, own, style);
	/* Its noise comes from rand(): seeded alike, so that a sentence never depends on others. */
	srandom(1);
	u = flite_synth_text(text, voice);
	wave = u ? utt_wave(u) : NULL;
	if (!wave || wave->num_samples <= 0)
		return fail(c, FAIL_IO, "flite could not speak \"%s\"", text);
	spoken.count = wave->num_samples;
	spoken.rate = wave->sample_rate;
	spoken.samples = ARENA_NEW(&c->arena, float, (size_t)spoken.count);
	for (int i = 0; i < wave->num_samples; i++)
		spoken.samples[i] = (float)wave->samples[i * wave->num_channels] / 32768.0f;
	words_read(c, u, text, &spoken);
	*out = spoken;
	return FAIL_NONE;
}

const struct voice_engine voice_flite = {
	.name = "flite",
	.about = "English voices of Carnegie Mellon University",
	.package = "libflite1",
	.ascii_english = true,
	.voices = voices,
	.say = say,
};
