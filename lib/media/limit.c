/* Limiter: true peaks found by oversampling, turned down before they come. */
#include "lib/media/mixing.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define TAPS 24                   /* of each of the 4 phases */
#define PHASES 4
#define BLOCK 64
#define AHEAD (SOUND_RATE / 200)  /* 5 ms */
#define RELEASE_S 0.080

/* One value for each phase. */
typedef float quad __attribute__((vector_size(16)));

/* A windowed-sinc interpolator; phase 0 is the sample itself. BOUND is the most that any phase can
 * make of samples of size 1. */
struct oversampler {
	quad tap[TAPS];
	float bound;
};

static void oversampler_make(struct oversampler *o)
{
	memset(o->tap, 0, sizeof o->tap);
	o->tap[TAPS / 2 - 1][0] = 1;
	o->bound = 1;
	for (int phase = 1; phase < PHASES; phase++) {
		double sum = 0, size = 0, tap[TAPS];

		for (int k = 0; k < TAPS; k++) {
			double x = k - (TAPS / 2 - 1) - (double)phase / PHASES;
			double window = 0.5 + 0.5 * cos(M_PI * x / (TAPS / 2.0));

			tap[k] = sin(M_PI * x) / (M_PI * x) * window;
			sum += tap[k];
		}
		for (int k = 0; k < TAPS; k++) {
			o->tap[k][phase] = (float)(tap[k] / sum);
			size += fabs(tap[k] / sum);
		}
		o->bound = fmaxf(o->bound, (float)size);
	}
}

/* fmaxf() is a call into libm for the sake of NaN. */
static inline float most_of(float a, float b)
{
	return a > b ? a : b;
}

static float sample_at(const float *stereo, int64_t count, int64_t frame, int channel)
{
	return frame < 0 || frame >= count ? 0 : stereo[frame * 2 + channel];
}

/* Highest of the signal from frame I to just before the next, both channels. */
static float frame_peak(const struct oversampler *o, const float *stereo, int64_t count, int64_t i)
{
	float peak = 0;

	for (int channel = 0; channel < 2; channel++) {
		quad sum = {0, 0, 0, 0};

		for (int k = 0; k < TAPS; k++)
			sum += sample_at(stereo, count, i + k - (TAPS / 2 - 1), channel) * o->tap[k];
		for (int phase = 0; phase < PHASES; phase++)
			peak = most_of(peak, fabsf(sum[phase]));
	}
	return peak;
}

static float block_max(const float *stereo, int64_t count, int64_t from, int64_t to)
{
	float most = 0;

	from = from < 0 ? 0 : from;
	to = to > count ? count : to;
	for (int64_t i = from * 2; i < to * 2; i++)
		most = most_of(most, fabsf(stereo[i]));
	return most;
}

/* Calls for every frame whose true peak may lie above FLOOR: most blocks are too quiet for it. */
static void peaks_find(const float *stereo, int64_t count, float floor,
	void (*found)(void *to, int64_t frame, float peak), void *to)
{
	struct oversampler o;

	oversampler_make(&o);
	for (int64_t from = 0; from < count; from += BLOCK) {
		int64_t end = from + BLOCK < count ? from + BLOCK : count;

		if (block_max(stereo, count, from - TAPS, end + TAPS) * o.bound <= floor)
			continue;
		for (int64_t i = from; i < end; i++)
			found(to, i, frame_peak(&o, stereo, count, i));
	}
}

static void most_keep(void *to, int64_t frame, float peak)
{
	float *most = to;

	(void)frame;
	*most = most_of(*most, peak);
}

double peak_true(const float *stereo, int64_t count)
{
	float most = 0;

	/* Nothing between samples is above the highest sample's bound, so quiet blocks are out. */
	peaks_find(stereo, count, block_max(stereo, count, 0, count), most_keep, &most);
	return fmax((double)most, (double)block_max(stereo, count, 0, count));
}

/* Gains needed, one a frame, 1 where nothing is too loud. */
struct needed {
	float *gain;
	float ceiling;
	bool acted;
};

static void need_note(void *to, int64_t frame, float peak)
{
	struct needed *n = to;

	if (peak <= n->ceiling)
		return;
	n->gain[frame] = n->ceiling / peak;
	n->acted = true;
}

static void needed_end(struct needed *n)
{
	free(n->gain);
}

/* Turns needed gains into smooth ones that are never higher: the least of the next 5 ms, let go
 * slowly, then averaged over the same 5 ms. */
static enum fail gains_smooth(struct call *c, float *gain, int64_t count)
{
	double release = 1 - exp(-1 / (RELEASE_S * SOUND_RATE)), held = 1, sum = AHEAD;
	int64_t *queue = xmalloc((AHEAD + 1) * sizeof queue[0]), head = 0, tail = 0, next = 0;
	double *past = xmalloc(AHEAD * sizeof past[0]);

	for (int i = 0; i < AHEAD; i++)
		past[i] = 1;
	/* It starts before the first frame, so that a peak there is averaged whole too. */
	for (int64_t i = 1 - AHEAD; i < count; i++) {
		double least, *oldest = &past[(i + AHEAD) % AHEAD];

		/* The queue holds frames of the window in order of rising gain. */
		for (; next < count && next <= i + AHEAD - 1; next++) {
			while (tail > head && gain[queue[(tail - 1) % (AHEAD + 1)]] >= gain[next])
				tail--;
			queue[tail++ % (AHEAD + 1)] = next;
		}
		while (queue[head % (AHEAD + 1)] < i)
			head++;
		least = (double)gain[queue[head % (AHEAD + 1)]];
		held = fmin(least, held + (1 - held) * release);
		sum += held - *oldest;
		*oldest = held;
		/* Frame i is behind the window by now: its place takes the result. */
		if (i >= 0)
			gain[i] = (float)fmin(sum / AHEAD, 1);
	}
	free(past);
	free(queue);
	return call_check(c);
}

enum fail limit_apply(struct call *c, float *stereo, int64_t count, double gain, double ceiling,
	bool *acted)
{
	__attribute__((cleanup(needed_end))) struct needed need = {.ceiling = (float)ceiling};

	for (int64_t i = 0; i < count * 2; i++)
		stereo[i] *= (float)gain;
	need.gain = xmalloc((size_t)(count ? count : 1) * sizeof need.gain[0]);
	for (int64_t i = 0; i < count; i++)
		need.gain[i] = 1;
	peaks_find(stereo, count, need.ceiling, need_note, &need);
	*acted = need.acted;
	if (!need.acted)
		return FAIL_NONE;
	TRY(gains_smooth(c, need.gain, count));
	for (int64_t i = 0; i < count; i++) {
		stereo[i * 2] *= need.gain[i];
		stereo[i * 2 + 1] *= need.gain[i];
	}
	return FAIL_NONE;
}
