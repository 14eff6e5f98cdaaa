/* Loudness: integrated programme loudness as ITU-R BS.1770-4 defines it. */
#include <math.h>
#include <string.h>

#include "lib/base/arena.h"
#include "lib/media/mixing.h"
#include "lib/media/sound.h"

#include <stdlib.h>

/* Left and right go through the filters side by side. */
typedef double pair __attribute__((vector_size(16)));

struct biquad {
	double b0, b1, b2, a1, a2;
};
/* BS.1770-4 tables 1 and 2, given there for 48 kHz: head model and high-pass. */
static const struct biquad head = {1.53512485958697, -2.69169618940638, 1.19839281085285,
	-1.69065929318241, 0.73248077421585};
static const struct biquad high_pass = {1, -2, 1, -1.99004745483398, 0.99007225036621};

#define STEP (SOUND_RATE / 10)
#define STEPS_A_BLOCK 4
#define SILENCE_LUFS -70.0

struct filter {
	pair z1, z2;
};

static inline pair filtered(struct filter *f, const struct biquad *k, pair in)
{
	pair out = k->b0 * in + f->z1;

	f->z1 = k->b1 * in - k->a1 * out + f->z2;
	f->z2 = k->b2 * in - k->a2 * out;
	return out;
}

/* Weighted energy of each step of 100 ms, both channels together. */
static void steps_measure(const float *stereo, int64_t steps, double *energy)
{
	struct filter first = {0}, second = {0};

	for (int64_t s = 0; s < steps; s++) {
		pair sum = {0, 0};

		for (int64_t i = 0; i < STEP; i++, stereo += 2) {
			pair in = {(double)stereo[0], (double)stereo[1]}, out;

			out = filtered(&second, &high_pass, filtered(&first, &head, in));
			sum += out * out;
		}
		energy[s] = (sum[0] + sum[1]) / STEP;
	}
}

static double lufs(double energy)
{
	return energy > 0 ? -0.691 + 10 * log10(energy) : -HUGE_VAL;
}

/* Mean energy of the blocks of 400 ms louder than GATE; they overlap by 75 %. */
static double gated_mean(const double *energy, int64_t steps, double gate_lufs)
{
	double sum = 0;
	int64_t blocks = 0;

	for (int64_t s = 0; s + STEPS_A_BLOCK <= steps; s++) {
		double block = 0;

		for (int i = 0; i < STEPS_A_BLOCK; i++)
			block += energy[s + i] / STEPS_A_BLOCK;

		if (lufs(block) <= gate_lufs)
			continue;
		sum += block;
		blocks++;
	}
	return blocks ? sum / (double)blocks : 0;
}

double sound_loudness(const float *stereo, int64_t count)
{
	int64_t steps = count / STEP;
	double *energy, mean;

	if (steps < STEPS_A_BLOCK)
		return SILENCE_LUFS;
	energy = xmalloc((size_t)steps * sizeof energy[0]);
	steps_measure(stereo, steps, energy);
	mean = gated_mean(energy, steps, SILENCE_LUFS);
	mean = gated_mean(energy, steps, lufs(mean) - 10);
	free(energy);
	return mean > 0 ? fmax(lufs(mean), SILENCE_LUFS) : SILENCE_LUFS;
}
