/* Parts of the mix: music, ducking, loudness, limiter. All sound is stereo at SOUND_RATE. */
#ifndef MEDIA_MIXING_H
#define MEDIA_MIXING_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/call.h"
#include "lib/media/sound.h"

/* Music to be looped: interleaved stereo frames, freed by music_end(). */
struct music {
	float *frames;
	int64_t count;
	bool seamless;            /* its end goes over into its start by itself */
};
void music_end(struct music *t);
#define MUSIC_AUTO __attribute__((cleanup(music_end))) struct music

/* The built-in bed: soft pad chords, the same for the same SEED and length. It loops without
 * a seam and is a minute long, or TOTAL frames if that is less. */
enum fail bed_make(struct call *c, uint64_t seed, int64_t total, struct music *out);

/* The first audio stream of the file PATH, at most MAX frames of it. FAIL_INPUT when it holds no
 * sound that can be read; only plain files in the common audio containers are opened. */
enum fail music_read(struct call *c, const char *path, int64_t max, struct music *out);

/* Adds the track times GAIN to TOTAL frames at TO: looped with cross-fades, faded in and out. DUCK
 * holds one gain for every DUCK_STEP frames. */
void music_add(const struct music *t, double gain, const float *duck, int64_t total, float *to);

/* Gains for music under the clips' words, -12 dB while someone speaks: down within the 150 ms
 * before a word, up again slowly when no word follows soon. TOTAL / DUCK_STEP + 2 values in C's
 * arena. */
#define DUCK_STEP 48
enum fail duck_make(struct call *c, const struct sound_clip *clips, size_t count, int64_t total,
	float **out);

/* Highest absolute value of the signal between and at its samples, linear: 4 times oversampled
 * (ITU-R BS.1770-4 Annex 2). */
double peak_true(const float *stereo, int64_t count);

/* Multiplies COUNT frames by GAIN and turns them down around true peaks above CEILING (linear),
 * 5 ms ahead of them. *ACTED tells whether it had to. */
enum fail limit_apply(struct call *c, float *stereo, int64_t count, double gain, double ceiling,
	bool *acted);

#endif
