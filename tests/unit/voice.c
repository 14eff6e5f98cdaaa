/* Voices: found by name, word times and places, what they refuse. */
#include "lib/voice/voice.h"

#include "tests/unit/unit.h"

static enum fail say(struct call *c, const char *name, double speed, double pitch, const char *text,
	struct spoken *out)
{
	const struct voice_engine *engine;
	struct voice_style style;

	TRY(voice_find(c, name, &engine, &style));
	style.speed *= speed;
	style.pitch *= pitch;
	return engine->say(c, &style, text, out);
}

static double length_s(const struct spoken *s)
{
	return (double)s->count / s->rate;
}

/* Words lie in the text, in order, within the sound, one after the other. */
static void check_words(const struct spoken *s, const char *text)
{
	double before_s = 0;
	size_t at = 0;

	CHECK(s->words_count > 0);
	for (size_t i = 0; i < s->words_count; i++) {
		const struct spoken_word *w = &s->words[i];

		CHECK(w->at >= at && w->at + w->len <= strlen(text));
		CHECK(w->start_s >= before_s && w->end_s > w->start_s);
		at = w->at;
		before_s = w->end_s;
	}
	CHECK(before_s <= length_s(s));
}

static bool word_is(const struct spoken *s, size_t i, const char *text, const char *want)
{
	return i < s->words_count && s->words[i].len == strlen(want) &&
		!strncmp(text + s->words[i].at, want, s->words[i].len);
}

/* Fundamental of S by autocorrelation around its middle, in Hz. */
static double pitch_hz(const struct spoken *s)
{
	int64_t middle = s->count / 2, span = s->rate / 4;
	double best = 0, best_hz = 0;

	for (int lag = s->rate / 400; lag < s->rate / 50; lag++) {
		double sum = 0;

		for (int64_t i = middle - span / 2; i < middle + span / 2; i++)
			sum += (double)(s->samples[i] * s->samples[i + lag]);
		if (sum > best) {
			best = sum;
			best_hz = (double)s->rate / lag;
		}
	}
	return best_hz;
}

TEST(every_name_speaks)
{
	static const char text[] = "Good morning";

	for (const struct voice_name *v = voice_names; v->name; v++) {
		struct spoken s = {0};

		CHECK_OK(say(c, v->name, 1, 1, text, &s));
		check_words(&s, text);
		CHECK(s.words_count == 2);
		CHECK(length_s(&s) > 0.4 && length_s(&s) < 3);
	}
}

TEST(names_unknown_are_refused_with_the_nearest)
{
	const struct voice_engine *engine;
	struct voice_style style;

	CHECK(voice_find(c, "profesional_male", &engine, &style) == FAIL_INPUT);
	CHECK(c->why && strstr(c->why, "the nearest is professional_male"));
	fail_forget(c);
	CHECK(voice_find(c, "flite:rmx", &engine, &style) == FAIL_INPUT);
	CHECK(c->why && strstr(c->why, "rms"));
	fail_forget(c);
	CHECK(voice_find(c, "espeak:xx", &engine, &style) == FAIL_INPUT);
	fail_forget(c);
	CHECK(voice_find(c, "espeak:", &engine, &style) == FAIL_INPUT);
	fail_forget(c);
	CHECK(voice_find(c, "", &engine, &style) == FAIL_INPUT);
}

TEST(flite_expands_a_token_into_one_word)
{
	static const char text[] = "In 2024, Dr. Smith paid $1,250.50 in well-known shops.";
	struct spoken s = {0};

	CHECK_OK(say(c, "flite:rms", 1, 1, text, &s));
	check_words(&s, text);
	CHECK(s.words_count == 9);
	if (s.words_count != 9)
		return;
	CHECK(word_is(&s, 1, text, "2024"));
	CHECK(word_is(&s, 5, text, "$1,250.50"));
	CHECK(s.words[5].end_s - s.words[5].start_s > 1.5);
	CHECK(word_is(&s, 8, text, "shops"));
}

TEST(flite_refuses_what_it_would_drop)
{
	struct spoken s = {0};

	CHECK(say(c, "flite:rms", 1, 1, "caf\u00e9", &s) == FAIL_INPUT);
	fail_forget(c);
	CHECK(say(c, "flite:rms", 1, 1, "...", &s) == FAIL_INPUT);
	CHECK(!s.samples);
}

TEST(espeak_places_are_bytes)
{
	static const char text[] = "Größe ändert sich um 2024 Meter";
	struct spoken s = {0};

	CHECK_OK(say(c, "espeak:de", 1, 1, text, &s));
	check_words(&s, text);
	CHECK(word_is(&s, 0, text, "Größe"));
	CHECK(word_is(&s, 1, text, "ändert"));
	CHECK(word_is(&s, s.words_count - 1, text, "Meter"));
}

/* The library keeps the voice it had when it does not know the one asked for. */
TEST(espeak_never_speaks_with_another_voice)
{
	struct spoken english = {0}, s = {0};

	CHECK_OK(say(c, "espeak:en-us", 1, 1, "hello", &english));
	CHECK(say(c, "espeak:en-us+zz", 1, 1, "hello", &s) == FAIL_INPUT);
	CHECK(c->why && strstr(c->why, "zz"));
	fail_forget(c);
	CHECK(voice_engines[1]->say(c, &(struct voice_style){"qq", 1, 1}, "hello", &s) ==
		FAIL_INPUT);
	CHECK(!s.samples);
	CHECK_OK(say(c, "espeak:en-us+f3", 1, 1, "hello", &s));
	CHECK(s.count != english.count ||
		memcmp(s.samples, english.samples, (size_t)s.count * sizeof s.samples[0]));
}

TEST(a_sentence_does_not_depend_on_the_one_before)
{
	static const char *const voices[] = {"flite:rms", "flite:slt", "flite:kal16"};

	for (size_t i = 0; i < 3; i++) {
		struct spoken first = {0}, between = {0}, again = {0};

		CHECK_OK(say(c, voices[i], 1, 1, "the same words", &first));
		CHECK_OK(say(c, voices[i], 1.5, 1.2, "something else", &between));
		CHECK_OK(say(c, "espeak:de", 0.7, 0.8, "etwas anderes", &between));
		CHECK_OK(say(c, voices[i], 1, 1, "the same words", &again));
		CHECK(first.count == again.count);
		CHECK(!memcmp(first.samples, again.samples,
			(size_t)first.count * sizeof first.samples[0]));
	}
}

TEST(speed_and_pitch_do_what_they_say)
{
	static const char *const voices[] = {"flite:rms", "flite:slt", "flite:kal16", "espeak:en-us"};
	static const char text[] = "a long slow road goes all the way over the hill";

	for (size_t i = 0; i < 4; i++) {
		struct spoken own = {0}, quick = {0}, high = {0};
		double ratio;

		CHECK_OK(say(c, voices[i], 1, 1, text, &own));
		CHECK_OK(say(c, voices[i], 1.5, 1, text, &quick));
		CHECK_OK(say(c, voices[i], 1, 1.4, text, &high));
		if (!own.samples || !quick.samples || !high.samples)
			continue;
		ratio = length_s(&own) / length_s(&quick);
		CHECK(ratio > 1.3 && ratio < 1.7);
		ratio = pitch_hz(&high) / pitch_hz(&own);
		CHECK(ratio > 1.2 && ratio < 1.6);
	}
}
