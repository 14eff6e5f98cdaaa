/* Sound: sentences made speakable, word times, mix, ducking, loudness, peaks. */
#include "lib/media/sound.h"

#include <math.h>

#include "lib/media/mixing.h"
#include "lib/media/speakable.h"
#include "tests/unit/unit.h"

static const char *made(struct call *c, const char *text)
{
	struct speakable s = {0};
	enum fail f = speakable_make(c, &(struct speakable_voice){"test", "en", true}, text, &s);

	return f == FAIL_NONE ? s.text : c->why;
}

TEST(english_is_made_speakable)
{
	static const char *const rows[][2] = {
		{"12 kg", "twelve kilograms"}, {"1 kg", "one kilogram"}, {"12kg", "twelve kilograms"},
		{"20 °C", "twenty degrees Celsius"}, {"-5°C", "minus five degrees Celsius"},
		{"3.5%", "three point five percent"}, {"5 % more", "five percent more"},
		{"10:30 am", "10:30 am"}, {"9 PM", "nine p m"}, {"9pm", "nine p m"},
		{"22:05", "22:05"},
		{"5-10", "five to ten"}, {"5–10%", "five to ten percent"}, {"3-2", "three two"},
		{"€5", "five euros"}, {"5 €", "five euros"}, {"£1", "one pound"},
		{"$1,250.50", "one thousand two hundred fifty dollars fifty cents"}, {"$5.00", "five dollars"},
		{"€3 million", "three million euros"}, {"$1.2bn", "one point two billion dollars"},
		{"2½", "two and a half"}, {"2026-11-20", "November 20 2026"},
		{"1.2.3", "one point two point three"}, {"3:1", "three to one"},
		{"10x", "ten times"}, {"v2.0", "version two point zero"},
		{"#1", "number one"}, {"No. 5", "number five"}, {"no 5", "no five"},
		{"e.g. this", "for example this"}, {"the U.S. economy", "the U S economy"},
		{"AI and APIs", "A I and A P Is"}, {"R&D", "R and D"}, {"C++", "C plus plus"},
		{"https://www.example.com/talks?x=1", "example dot com slash talks"},
		{"https://example.com/a/very/long/path/of/words/and/more", "example dot com"},
		{"me@example.org", "me at example dot org"}, {"word.Another", "word, Another"}, {"a report.pdf", "a report dot pdf"},
		{"“It’s” ‘fine’", "It's fine"}, {"wait… what", "wait, what"}, {"wait... what", "wait, what"},
		{"word—word", "word, word"}, {"yes — no", "yes, no"}, {"a -- b", "a, b"},
		{"café naïve Straße Łódź", "cafe naive Strasse Lodz"},
		{"great 🎉🚀!", "great!"}, {"👩‍👩‍👧 family", "family"}, {"**bold** _it_", "bold it"},
		{"π is 3.14", "pi is three point one four"}, {"5 μm", "five micrometers"}, {"a = b", "a equals b"},
		{"H₂O", "H2O"}, {"===== a", "a"}, {"tab\there\r\nthere", "tab here there"},
		{"1,000,000 people", "one million people"}, {"and/or", "and or"},
		{"in 2003", "in two thousand three"}, {"1984", "nineteen eighty four"},
		{"1905", "nineteen oh five"}, {"2024", "twenty twenty four"}, {"1900", "nineteen hundred"},
		{"1999-2003", "nineteen ninety nine to two thousand three"},
		{"the 1980s", "the nineteen eighties"}, {"the ’90s", "the nineties"},
		{"the 2000s", "the two thousands"}, {"0", "zero"}, {"007", "zero zero seven"},
		{"1250", "one thousand two hundred fifty"}, {"2,000", "two thousand"},
		{"1000001", "one million one"}, {".5", "point five"}, {"Jan. 5", "January 5"},
		{"Prof. X and Mr. Y", "professor X and mister Y"}, {"J. Doe", "J Doe"},
		{"the U.S. Army.", "the U S Army."}, {"Dr. Who. Then", "Dr. Who. Then"},
		{"24/7", "twenty four seven"},
		{"GPT-4", "GPT-four"}, {"B2B", "B2B"}, {"1/2", "1/2"}, {"11/20/2024",
		"eleven twenty twenty twenty four"}, {"1,2,3", "one, two, three"},
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		CHECK_TEXT(made(c, rows[i][0]), rows[i][1]);
}

TEST(other_languages_keep_their_text)
{
	struct speakable s = {0};
	static const struct speakable_voice german = {"espeak:de", "de", false};

	CHECK_OK(speakable_make(c, &german, "Größe: 12 kg für 5 € 🎉 — „ja“?", &s));
	CHECK_TEXT(s.text, "Größe: 12 kg für 5 €, ja?");
}

TEST(what_a_voice_cannot_speak_is_refused)
{
	static const struct {
		const char *voice, *text, *why;
	} rows[] = {
		{"professional_male", "これはテストです", "espeak:ja"},
		{"professional_male", "日本語のテスト", "espeak:ja"},
		{"professional_male", "你好", "espeak:cmn"},
		{"professional_male", "hello мир", "espeak:ru"},
		{"professional_male", "Ελλάδα", "espeak:el"},
		{"espeak:en-us", "你好", "espeak:cmn"},
		{"espeak:cmn", "これ", "espeak:ja"},
		{"professional_male", "🎉", "no word"},
		{"professional_male", "", "no word"},
		{"professional_male", " — ...", "no word"},
		{"professional_male", "caf\xff", "UTF-8"},
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct spoken s = {0};

		CHECK(sound_say(c, rows[i].voice, 1, 1, rows[i].text, &s) == FAIL_INPUT);
		CHECK(c->why && strstr(c->why, rows[i].why));
		CHECK(!s.samples);
		fail_forget(c);
	}
	CHECK(sound_say(c, "professional_male", 3, 1, "a", &(struct spoken){0}) == FAIL_INPUT);
	fail_forget(c);
	CHECK(sound_say(c, "professional_male", 1, NAN, "a", &(struct spoken){0}) == FAIL_INPUT);
}

/* WORDS (separated by '|') are what S says of TEXT, in order, each with a time of its own. */
static void check_spoken(struct call *c, const char *voice, const char *text, const char *words)
{
	struct spoken s = {0};
	double before_s = 0;
	size_t i = 0;

	CHECK_OK(sound_say(c, voice, 1, 1, text, &s));
	CHECK(s.rate == SOUND_RATE);
	for (; *words && i < s.words_count; i++) {
		size_t len = strcspn(words, "|");
		const struct spoken_word *w = &s.words[i];

		CHECK(w->len == len && !strncmp(text + w->at, words, len));
		CHECK(w->start_s >= before_s && w->end_s > w->start_s);
		before_s = w->end_s;
		words += len + (words[len] == '|');
	}
	CHECK(!*words && i == s.words_count);
	CHECK(before_s <= (double)s.count / SOUND_RATE);
}

TEST(words_have_times_and_places_as_written)
{
	static const char text[] = "In 2024, Dr. Smith paid $1,250.50 for 12 kg of café naïve at 10:30 am "
		"— really?";
	static const char words[] = "In|2024|Dr|Smith|paid|$1,250.50|for|12|kg|of|café|naïve|at|10:30|am|"
		"really";

	check_spoken(c, "professional_male", text, words);
	check_spoken(c, "professional_female", text, words);
	check_spoken(c, "retro", text, words);
	check_spoken(c, "espeak:en-us", text, words);
	check_spoken(c, "professional_male", "“Of the best”… 🎉 e.g. 5–10% & €3 million!",
		"Of|the|best|e.g|5–10%|&|€3|million");
	check_spoken(c, "espeak:en-gb", "All of the rest of it is in the box.",
		"All|of|the|rest|of|it|is|in|the|box");
	check_spoken(c, "espeak:cmn", "你好，2024 世界", "你|好|2024|世|界");
	check_spoken(c, "espeak:ru", "Привет, «мир»!", "Привет|мир");
}

TEST(silence_at_both_ends_is_cut)
{
	struct spoken s = {0};
	float peak = 0;
	int64_t first = 0, last;

	CHECK_OK(sound_say(c, "professional_male", 1, 1, "Good morning, everyone.", &s));
	if (!s.samples)
		return;
	for (int64_t i = 0; i < s.count; i++)
		peak = fmaxf(peak, fabsf(s.samples[i]));
	while (fabsf(s.samples[first]) < peak * 0.005f)
		first++;
	for (last = s.count; fabsf(s.samples[last - 1]) < peak * 0.005f; last--)
		;
	CHECK(first <= SOUND_RATE * 21 / 1000 && s.count - last <= SOUND_RATE * 21 / 1000);
	CHECK(s.words_count && s.words[0].start_s < 0.05);
}

TEST(long_text_goes_in_parts)
{
	struct buf text = buf_in(&c->arena);
	struct spoken s = {0};

	for (int i = 0; i < 300; i++)
		buf_adds(&text, i % 20 ? "word after " : "word, ");
	CHECK_OK(sound_say(c, "retro", 2, 1, text.data, &s));
	CHECK(s.words_count == 300 + 285);
	for (size_t i = 1; i < s.words_count; i++)
		CHECK(s.words[i].start_s >= s.words[i - 1].end_s && s.words[i].end_s > s.words[i].start_s);
}

static float *sine(struct call *c, double hz, double peak_db, double seconds)
{
	int64_t count = (int64_t)(seconds * SOUND_RATE);
	float *stereo = ARENA_NEW(&c->arena, float, (size_t)count * 2);

	for (int64_t i = 0; i < count; i++) {
		double x = pow(10, peak_db / 20) * sin(2 * M_PI * hz * (double)i / SOUND_RATE);

		stereo[i * 2] = stereo[i * 2 + 1] = (float)x;
	}
	return stereo;
}

/* EBU Tech 3341, cases 1 to 5: stereo sines of 1 kHz (here 997 Hz, as BS.1770 has it). */
TEST(loudness_of_the_ebu_cases)
{
	static const struct {
		double level_db[5], seconds[5], lufs;
	} rows[] = {
		{{-23}, {20}, -23},
		{{-33}, {20}, -33},
		{{-36, -23, -36}, {10, 60, 10}, -23},
		{{-72, -36, -23, -36, -72}, {10, 10, 60, 10, 10}, -23},
		{{-26, -20, -26}, {20, 20.1, 20}, -23},
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		float *all = ARENA_NEW(&c->arena, float, (size_t)SOUND_RATE * 2 * 110);
		int64_t count = 0;

		for (int k = 0; k < 5 && rows[i].seconds[k] > 0; k++) {
			int64_t n = (int64_t)(rows[i].seconds[k] * SOUND_RATE);

			memcpy(all + count * 2, sine(c, 997, rows[i].level_db[k], rows[i].seconds[k]),
				(size_t)n * 2 * sizeof all[0]);
			count += n;
		}
		CHECK(fabs(sound_loudness(all, count) - rows[i].lufs) <= 0.1);
	}
	CHECK(sound_loudness(ARENA_NEW(&c->arena, float, 2 * SOUND_RATE), SOUND_RATE) <= -70);
}

/* A sine of a quarter of the rate whose samples all miss its peaks by 3 dB. */
TEST(peaks_between_samples_are_seen)
{
	float *stereo = ARENA_NEW(&c->arena, float, SOUND_RATE * 2);
	bool acted = false;
	double before = 0;

	for (int64_t i = 0; i < SOUND_RATE; i++)
		stereo[i * 2] = stereo[i * 2 + 1] =
			(float)(0.5 * sin(M_PI / 2 * (double)i + M_PI / 4));
	for (int64_t i = 0; i < SOUND_RATE * 2; i++)
		before = fmax(before, (double)fabsf(stereo[i]));
	CHECK(before < 0.36);
	CHECK(fabs(20 * log10(peak_true(stereo, SOUND_RATE)) + 6.02) < 0.4);
	CHECK_OK(limit_apply(c, stereo, SOUND_RATE, 1, 0.4, &acted));
	CHECK(acted && peak_true(stereo, SOUND_RATE) <= 0.4 * 1.01);
	CHECK_OK(limit_apply(c, stereo, SOUND_RATE, 0.5, 0.4, &acted));
	CHECK(!acted);
}

static const double said_at_s = 3, silent_s = 9;

/* A mix of one short sentence at 3 s in 9 s, its sound taken out when MUTE is set. */
static void mix_make(struct call *c, struct sound_mix *mix, bool mute)
{
	struct spoken *s = ARENA_NEW(&c->arena, struct spoken, 1);
	struct sound_clip *clip = ARENA_NEW(&c->arena, struct sound_clip, 1);

	CHECK_OK(sound_say(c, "professional_male", 1, 1, "This is what we wanted to say today.", s));
	if (mute)
		memset(s->samples, 0, (size_t)s->count * sizeof s->samples[0]);
	*clip = (struct sound_clip){s, (int64_t)(said_at_s * SOUND_RATE)};
	*mix = (struct sound_mix){.clips = clip, .count = 1,
		.total = (int64_t)(silent_s * SOUND_RATE), .voice_volume = 1, .music = "bed",
		.music_volume = 0.5, .loudness_lufs = -16, .seed = 7};
}

static double level_db(const float *stereo, double from_s, double to_s)
{
	double sum = 0;

	for (int64_t i = (int64_t)(from_s * SOUND_RATE) * 2; i < (int64_t)(to_s * SOUND_RATE) * 2; i++)
		sum += (double)(stereo[i] * stereo[i]);
	return 10 * log10(sum / ((to_s - from_s) * SOUND_RATE * 2));
}

TEST(a_mix_has_the_loudness_asked_for)
{
	static const double targets[] = {-14, -16, -23};
	struct sound_mix mix;
	float *stereo;

	mix_make(c, &mix, false);
	for (size_t i = 0; i < 3; i++) {
		mix.loudness_lufs = targets[i];
		CHECK_OK(sound_render(c, &mix, &stereo));
		CHECK(fabs(sound_loudness(stereo, mix.total) - targets[i]) <= 0.2);
		CHECK(20 * log10(peak_true(stereo, mix.total)) <= -1);
	}
	mix.music = NULL;
	CHECK_OK(sound_render(c, &mix, &stereo));
	CHECK(fabs(sound_loudness(stereo, mix.total) + 23) <= 0.2);
	CHECK(level_db(stereo, 0, 2) < -200);
}

TEST(the_same_mix_has_the_same_bytes)
{
	struct sound_mix mix;
	float *first, *again, *other;
	size_t size;

	mix_make(c, &mix, false);
	size = (size_t)mix.total * 2 * sizeof *first;
	CHECK_OK(sound_render(c, &mix, &first));
	CHECK_OK(sound_render(c, &mix, &again));
	CHECK(!memcmp(first, again, size));
	mix.seed = 8;
	CHECK_OK(sound_render(c, &mix, &other));
	CHECK(memcmp(first, other, size));
}

TEST(music_goes_down_before_words_and_up_behind)
{
	struct sound_mix mix;
	const struct spoken *s;
	float *duck;
	double start_s, end_s, least = 1;

	mix_make(c, &mix, true);
	s = mix.clips[0].spoken;
	start_s = said_at_s + s->words[0].start_s;
	end_s = said_at_s + s->words[s->words_count - 1].end_s;
	CHECK_OK(duck_make(c, mix.clips, mix.count, mix.total, &duck));
	for (double t = 0; t < silent_s; t += (double)DUCK_STEP / SOUND_RATE) {
		double db = 20 * log10((double)duck[(int64_t)(t * SOUND_RATE / DUCK_STEP)]);

		least = fmin(least, db);
		if (t > start_s && t < end_s)
			CHECK(fabs(db + 12) < 0.1);
		if (t < start_s - 0.16 || t > end_s + 0.75)
			CHECK(fabs(db) < 0.1);
	}
	CHECK(fabs(least + 12) < 0.1);
}

/* The same in a mix: a steady tone is 12 dB softer while words are said. */
TEST(a_tone_is_softer_under_words)
{
	struct sound_mix mix;
	float *stereo;
	double step_db;

	mix_make(c, &mix, true);
	mix.music = "tests/fixture/tone.flac";
	CHECK_OK(sound_render(c, &mix, &stereo));
	step_db = level_db(stereo, 1.2, 2.2) - level_db(stereo, 3.3, 4.3);
	CHECK(fabs(step_db - 12) < 0.3);
}

/* Played in a loop the bed goes over its end as smoothly as elsewhere. */
TEST(the_bed_has_no_seam_and_no_harshness)
{
	MUSIC_AUTO bed = {0};
	double most = 0, seam, sum = 0;

	CHECK_OK(bed_make(c, 3, (int64_t)600 * SOUND_RATE, &bed));
	CHECK(bed.seamless && bed.count > 40 * SOUND_RATE);
	for (int64_t i = 1; i < bed.count; i++) {
		double step = (double)(bed.frames[i * 2] - bed.frames[i * 2 - 2]);

		most = fmax(most, fabs(step));
		sum += (double)bed.frames[i * 2];
	}
	seam = fabs((double)(bed.frames[0] - bed.frames[bed.count * 2 - 2]));
	CHECK(seam <= most);
	CHECK(most < 0.08);
	CHECK(fabs(sum / (double)bed.count) < 0.001);
	CHECK(peak_true(bed.frames, bed.count) < 1);
}

TEST(music_files_are_read_looped_and_refused)
{
	struct sound_mix mix;
	float *stereo;

	mix_make(c, &mix, false);
	mix.music = "tests/fixture/tone.flac";
	CHECK_OK(sound_render(c, &mix, &stereo));
	/* The tone lasts 3 s, the mix 9: it is still there at 7 s. */
	CHECK(level_db(stereo, 7, 7.5) > -50);
	CHECK(level_db(stereo, silent_s - 0.01, silent_s) < -50);
	mix.music = "tests/fixture/absent.flac";
	CHECK(sound_render(c, &mix, &stereo) == FAIL_MISSING);
	fail_forget(c);
	mix.music = "tests/fixture/music.m3u8";
	CHECK(sound_render(c, &mix, &stereo) == FAIL_INPUT);
	fail_forget(c);
	mix.music = "Makefile";
	CHECK(sound_render(c, &mix, &stereo) == FAIL_INPUT);
	CHECK(c->why && strstr(c->why, "Makefile"));
}
