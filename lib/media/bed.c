/* The built-in music bed: slow pad chords made from a seed. */
#include "lib/media/mixing.h"

#include <libavutil/channel_layout.h>
#include <libswresample/swresample.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Nothing in the bed lies above 4 kHz, so it is made at a quarter of the rate. */
#define FACTOR 4
#define RATE (SOUND_RATE / FACTOR)
#define CHORDS 8                  /* at most; a short mix needs fewer */
#define NOTES 5
#define PARTIALS 4
#define LANES 4
/* Gains move linearly between values this many frames apart. */
#define STEP 40
#define ATTACK_S 2.2
#define RELEASE_S 3.2
#define CUTOFF_HZ 700
/* Soft plucked notes above each chord. */
#define PLUCKS 8
#define PLUCK_ATTACK_S 0.015
#define PLUCK_LENGTH_S 1.8
#define ECHO_S 0.370
#define ECHO_GAIN 0.34f

/* Four sine waves side by side. */
typedef float lanes __attribute__((vector_size(LANES * sizeof(float))));

/* Four-chord turns in a major key: semitones above the key, from the bass up. */
static const int progressions[][4][NOTES] = {
	/* I add9, vi7, IV maj7, V sus */
	{{0, 7, 14, 16, 19}, {-3, 7, 12, 16, 19}, {-7, 5, 12, 16, 21}, {-5, 7, 12, 14, 19}},
	/* I, iii, IV, I over the fifth */
	{{0, 7, 12, 16, 19}, {4, 7, 11, 14, 19}, {5, 9, 12, 16, 21}, {-5, 7, 12, 16, 19}},
	/* vi, IV, I, V */
	{{-3, 4, 12, 16, 19}, {-7, 5, 9, 12, 19}, {0, 7, 11, 14, 16}, {-5, 7, 11, 14, 19}},
	/* I, IV, vi, IV */
	{{0, 7, 12, 14, 16}, {5, 9, 12, 16, 19}, {-3, 7, 12, 16, 19}, {-7, 5, 12, 14, 21}},
};

#define TURNS (sizeof progressions / sizeof progressions[0])

/* Splitmix64, so that a seed means the same bed everywhere. */
static uint64_t random_next(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15u;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

static double random_part(uint64_t *state)
{
	return (double)(random_next(state) >> 11) / 9007199254740992.0;
}

struct bed {
	uint64_t state;
	double key_hz;            /* bass note of the key */
	const int (*chords)[NOTES];
	int chords_count;
	int64_t chord_frames;     /* from one chord to the next */
	int64_t count;            /* frames of the whole loop */
	float *frames;            /* stereo, COUNT at RATE; chords wrap around its end */
};

/* Four detuned copies of a note, spread over the stereo field. Each partial is a phasor that turns
 * by one frame at a time; its length is its loudness. */
struct note {
	lanes re[PARTIALS], im[PARTIALS], turn_re[PARTIALS], turn_im[PARTIALS];
	lanes left, right;
};

/* Higher partials and higher notes are softer, as behind a gentle low-pass. */
static void note_start(struct bed *b, double hz, struct note *note)
{
	static const double share[PARTIALS] = {1, 0.35, 0.15, 0.06};

	for (int lane = 0; lane < LANES; lane++) {
		double cents = (lane - 1.5) * 4.5 + random_part(&b->state) * 2;
		double pan = (lane + 0.5) / LANES;

		note->left[lane] = (float)cos(pan * M_PI / 2);
		note->right[lane] = (float)sin(pan * M_PI / 2);
		for (int k = 0; k < PARTIALS; k++) {
			double f = hz * (k + 1) * pow(2, cents / 1200), turn = 2 * M_PI * f / RATE;
			double phase = 2 * M_PI * random_part(&b->state);
			double loud = share[k] / (1 + pow(f / CUTOFF_HZ, 2));

			note->re[k][lane] = (float)(loud * cos(phase));
			note->im[k][lane] = (float)(loud * sin(phase));
			note->turn_re[k][lane] = (float)cos(turn);
			note->turn_im[k][lane] = (float)sin(turn);
		}
	}
}

/* What a note of a kind does over its life. */
struct shape {
	double attack_s, length_s;
	double volume;
	double breath_hz, breath_phase;
	bool plucked;
};

/* A pad comes in slowly, breathes, and goes out slowly into the next chord; a pluck rings out. */
static double shape_level(const struct shape *s, double time_s)
{
	double in = fmin(time_s / s->attack_s, 1), left_s = s->length_s - time_s;
	double out = fmin(left_s / (s->plucked ? 0.3 : RELEASE_S), 1);
	double level = s->volume * (0.5 - 0.5 * cos(M_PI * in)) * (0.5 - 0.5 * cos(M_PI * out));

	if (left_s <= 0)
		return 0;
	return level * (s->plucked ? exp(-time_s * 3) :
		1 + 0.25 * sin(2 * M_PI * (s->breath_hz * time_s + s->breath_phase)));
}

static float lanes_sum(lanes v)
{
	return (v[0] + v[1]) + (v[2] + v[3]);
}

/* STEP frames of a note at TO while its level goes from A to B. The copy of the note stays in
 * registers: through memory this takes four times as long. */
static void note_step(struct note *note, float a, float b, float *to)
{
	struct note n = *note;

	for (int i = 0; i < STEP; i++) {
		float level = a + (b - a) * (float)i / STEP;
		lanes sum = {0};

#pragma GCC unroll 4
		for (int k = 0; k < PARTIALS; k++) {
			lanes re = n.re[k] * n.turn_re[k] - n.im[k] * n.turn_im[k];

			n.im[k] = n.re[k] * n.turn_im[k] + n.im[k] * n.turn_re[k];
			n.re[k] = re;
			sum += n.im[k];
		}
		to[i * 2] += level * lanes_sum(sum * n.left);
		to[i * 2 + 1] += level * lanes_sum(sum * n.right);
	}
	*note = n;
}

static void note_add(struct bed *b, int64_t at, double hz, const struct shape *shape)
{
	int64_t length = (int64_t)(shape->length_s * RATE);
	struct note note;
	float level = 0;

	note_start(b, hz, &note);
	for (int64_t i = 0; i < length; i += STEP) {
		float next = (float)shape_level(shape, (double)(i + STEP) / RATE);

		note_step(&note, level, next, b->frames + (at + i) % b->count * 2);
		level = next;
	}
}

/* A soft echo that crosses sides. The second time around starts from the end of the first, so that
 * the loop has no seam. */
static void echo_add(struct bed *b)
{
	int64_t delay = (int64_t)(ECHO_S * RATE);
	float *line = xmalloc((size_t)delay * 2 * sizeof line[0]), low[2] = {0, 0};

	memset(line, 0, (size_t)delay * 2 * sizeof line[0]);
	for (int64_t n = b->count - 8 * delay; n < 2 * b->count; n++) {
		float *frame = b->frames + n % b->count * 2, *past = line + n % delay * 2;
		float left = past[0], right = past[1];

		low[0] += 0.3f * (right - low[0]);
		low[1] += 0.3f * (left - low[1]);
		past[0] = frame[0] + low[0] * ECHO_GAIN;
		past[1] = frame[1] + low[1] * ECHO_GAIN;
		if (n < b->count)
			continue;
		frame[0] += low[0] * 0.8f;
		frame[1] += low[1] * 0.8f;
	}
	free(line);
}

/* Starts of notes lie on steps, so that no step runs over the end of the loop. */
static int64_t step_of(double frames)
{
	return (int64_t)frames / STEP * STEP;
}

static void pad_add(struct bed *b, int64_t at, double hz, double volume)
{
	struct shape shape = {
		.attack_s = ATTACK_S,
		.length_s = (double)b->chord_frames / RATE + RELEASE_S,
		.volume = volume,
		.breath_hz = 0.07 + 0.1 * random_part(&b->state),
		.breath_phase = random_part(&b->state),
	};

	note_add(b, at, hz, &shape);
}

/* Notes of the chord an octave up, some left out. */
static void plucks_add(struct bed *b, int64_t at, const int *notes)
{
	for (int i = 0; i < PLUCKS; i++) {
		int note = notes[1 + random_next(&b->state) % (NOTES - 1)] + 12;
		double loud = random_part(&b->state);
		struct shape shape = {.attack_s = PLUCK_ATTACK_S, .length_s = PLUCK_LENGTH_S,
			.volume = 0.035 * loud, .plucked = true};

		if (loud > 0.35)
			note_add(b, at + step_of((double)b->chord_frames * i / PLUCKS),
				b->key_hz * pow(2, note / 12.0), &shape);
	}
}

static void bed_compose(struct bed *b)
{
	for (int chord = 0; chord < b->chords_count; chord++) {
		const int *notes = b->chords[chord % 4];
		int64_t at = b->chord_frames * chord;

		for (int n = 0; n < NOTES; n++) {
			/* The second time round one inner note moves up an octave. */
			int lift = chord >= 4 && n == 1 + chord % 2 ? 12 : 0;

			pad_add(b, at, b->key_hz * pow(2, (notes[n] + lift) / 12.0),
				n ? 0.06 : 0.05);
		}
		plucks_add(b, at, notes);
	}
	echo_add(b);
}

static void bed_end(struct bed *b)
{
	free(b->frames);
}

static void swr_end(struct SwrContext **swr)
{
	swr_free(swr);
}

/* Brings the loop to SOUND_RATE. It is fed with its own end in front and its own start behind, and
 * only the middle is kept: so the converter's edges are seamless too. */
static enum fail bed_convert(struct call *c, const struct bed *b, struct music *out)
{
	__attribute__((cleanup(swr_end))) struct SwrContext *swr = NULL;
	MUSIC_AUTO track = {.count = b->count * FACTOR, .seamless = true};
	AVChannelLayout stereo = AV_CHANNEL_LAYOUT_STEREO;
	const int edge = RATE / 10;
	const uint8_t *in;
	uint8_t *to;
	int room, got;

	if (swr_alloc_set_opts2(&swr, &stereo, AV_SAMPLE_FMT_FLT, SOUND_RATE, &stereo,
		AV_SAMPLE_FMT_FLT, RATE, 0, NULL) < 0 || swr_init(swr) < 0)
		return fail(c, FAIL_IO, "libswresample could not convert the music bed");
	room = (int)track.count + edge * 2 * FACTOR + 1024;
	track.frames = xmalloc((size_t)room * 2 * sizeof track.frames[0]);
	to = (uint8_t *)track.frames;
	in = (const uint8_t *)(b->frames + (b->count - edge) * 2);
	got = swr_convert(swr, &to, room, &in, edge);
	in = (const uint8_t *)b->frames;
	to = (uint8_t *)(track.frames + got * 2);
	got += swr_convert(swr, &to, room - got, &in, (int)b->count);
	to = (uint8_t *)(track.frames + got * 2);
	got += swr_convert(swr, &to, room - got, &in, edge);
	if (got < track.count + edge * FACTOR)
		return fail(c, FAIL_IO, "libswresample could not convert the music bed");
	memmove(track.frames, track.frames + edge * FACTOR * 2,
		(size_t)track.count * 2 * sizeof track.frames[0]);
	*out = track;
	track.frames = NULL;
	return FAIL_NONE;
}

enum fail bed_make(struct call *c, uint64_t seed, int64_t total, struct music *out)
{
	__attribute__((cleanup(bed_end))) struct bed b = {.state = seed};

	b.key_hz = 123.47 * pow(2, (double)(random_next(&b.state) % 8) / 12);
	b.chords = progressions[random_next(&b.state) % TURNS];
	b.chord_frames = step_of((6 + 2 * random_part(&b.state)) * RATE);
	b.chords_count = (int)(total / FACTOR / b.chord_frames) + 1;
	if (b.chords_count > CHORDS)
		b.chords_count = CHORDS;
	b.count = b.chord_frames * b.chords_count;
	b.frames = xmalloc((size_t)b.count * 2 * sizeof b.frames[0]);
	memset(b.frames, 0, (size_t)b.count * 2 * sizeof b.frames[0]);
	bed_compose(&b);
	return bed_convert(c, &b, out);
}
