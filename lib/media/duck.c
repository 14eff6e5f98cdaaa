/* Ducking: music steps back from words whose times are known, before they are heard. */
#include "lib/media/mixing.h"

#include <math.h>

#define DEPTH_DB -12.0
#define AHEAD_S 0.150
#define RELEASE_S 0.700
/* Music does not come up in a gap shorter than this. */
#define HOLD_S 0.600

/* A gain in dB at TIME from the end of the speech before it and the start of the speech behind. */
static double depth_at(double time_s, double end_s, double start_s)
{
	double down = (time_s - (start_s - AHEAD_S)) / AHEAD_S;
	double up = (time_s - end_s) / RELEASE_S;
	double share;

	down = fmin(fmax(down, 0), 1);
	up = fmin(fmax(up, 0), 1);
	share = fmax(0.5 - 0.5 * cos(M_PI * down), 0.5 + 0.5 * cos(M_PI * up));
	return DEPTH_DB * share;
}

/* The gains from *STEP on up to the word that starts at START_S, behind speech that ended at
 * END_S. */
static void gap_fill(float *gain, int64_t steps, int64_t *step, double end_s, double start_s)
{
	double step_s = (double)DUCK_STEP / SOUND_RATE;
	bool held = start_s - end_s < HOLD_S;

	for (; *step < steps && (double)*step * step_s < start_s; ++*step) {
		double depth_db = held ? DEPTH_DB : depth_at((double)*step * step_s, end_s, start_s);

		gain[*step] = (float)pow(10, depth_db / 20);
	}
}

/* Clips and their words come in order of time; what overlaps is speech all the same. */
enum fail duck_make(struct call *c, const struct sound_clip *clips, size_t count, int64_t total,
	float **out)
{
	int64_t steps = total / DUCK_STEP + 2, step = 0;
	float *gain = ARENA_NEW(&c->arena, float, (size_t)steps);
	float low = (float)pow(10, DEPTH_DB / 20);
	double end_s = -HOLD_S - RELEASE_S;

	for (size_t i = 0; i < count; i++) {
		double at_s = (double)clips[i].at / SOUND_RATE;

		for (size_t k = 0; k < clips[i].spoken->words_count; k++) {
			const struct spoken_word *w = &clips[i].spoken->words[k];

			gap_fill(gain, steps, &step, end_s, at_s + w->start_s);
			end_s = fmax(end_s, at_s + w->end_s);
			for (; step < steps && (double)(step * DUCK_STEP) < end_s * SOUND_RATE; step++)
				gain[step] = low;
		}
	}
	gap_fill(gain, steps, &step, end_s, (double)total / SOUND_RATE + HOLD_S + RELEASE_S + 1);
	*out = gain;
	return call_check(c);
}
