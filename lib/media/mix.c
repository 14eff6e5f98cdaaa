/* The mix: narration and music on one timeline, at one loudness. */
#include "lib/media/sound.h"

#include <math.h>
#include <string.h>

#include "lib/media/mixing.h"

/* -1 dBTP, with 0.1 dB for what 4 times oversampling does not see. */
#define CEILING_DB -1.1
#define CLOSE_LU 0.05
#define ROUNDS 4

static double linear(double db)
{
	return pow(10, db / 20);
}

static enum fail mix_check(struct call *c, const struct sound_mix *mix)
{
	if (mix->total <= 0)
		return fail(c, FAIL_INPUT, "a mix without length");
	if (!(mix->voice_volume >= 0 && mix->voice_volume <= 10))
		return fail(c, FAIL_INPUT, "voice volume is %g: give 0 to 10", mix->voice_volume);
	if (!(mix->music_volume >= 0 && mix->music_volume <= 10))
		return fail(c, FAIL_INPUT, "music volume is %g: give 0 to 10", mix->music_volume);
	if (!(mix->loudness_lufs >= -60 && mix->loudness_lufs <= -5))
		return fail(c, FAIL_INPUT, "loudness is %g LUFS: give -60 to -5",
			mix->loudness_lufs);
	return FAIL_NONE;
}

static void clip_add(const struct sound_clip *clip, double volume, int64_t total, float *to)
{
	for (int64_t i = 0; i < clip->spoken->count; i++) {
		int64_t n = clip->at + i;
		float sample = clip->spoken->samples[i] * (float)volume;

		if (n < 0 || n >= total)
			continue;
		to[n * 2] += sample;
		to[n * 2 + 1] += sample;
	}
}

/* Music as loud as the narration when its volume is 1, before it is ducked; without narration as
 * it is. TO holds the narration. */
static enum fail music_mix(struct call *c, const struct sound_mix *mix, float *to)
{
	MUSIC_AUTO track = {0};
	double voice_lufs = sound_loudness(to, mix->total), track_lufs, gain;
	float *duck;

	if (!strcmp(mix->music, "bed"))
		TRY(bed_make(c, mix->seed, mix->total, &track));
	else
		TRY(music_read(c, mix->music, mix->total, &track));
	track_lufs = sound_loudness(track.frames, track.count);
	if (track_lufs <= -69)
		return fail(c, FAIL_INPUT, "music file %s is silent", mix->music);
	gain = voice_lufs > -69 ? linear(voice_lufs - track_lufs) : 1;
	TRY(duck_make(c, mix->clips, mix->count, mix->total, &duck));
	music_add(&track, gain * mix->music_volume, duck, mix->total, to);
	return call_check(c);
}

/* A limiter takes loudness away, so it is aimed higher until the result is close; where music and
 * target leave no room that ends after some rounds, and peaks stay under the ceiling. */
static enum fail loudness_set(struct call *c, double target_lufs, int64_t total, float *stereo)
{
	double now = sound_loudness(stereo, total);
	bool acted = false;

	if (now <= -69)
		return FAIL_NONE;
	for (int round = 0; round < ROUNDS; round++) {
		TRY(limit_apply(c, stereo, total, linear(target_lufs - now), linear(CEILING_DB),
			&acted));
		if (!acted)
			break;
		now = sound_loudness(stereo, total);
		if (fabs(target_lufs - now) <= CLOSE_LU)
			break;
	}
	return FAIL_NONE;
}

enum fail sound_render(struct call *c, const struct sound_mix *mix, float **out)
{
	float *stereo;

	TRY(mix_check(c, mix));
	stereo = ARENA_NEW(&c->arena, float, (size_t)mix->total * 2);
	for (size_t i = 0; i < mix->count; i++)
		clip_add(&mix->clips[i], mix->voice_volume, mix->total, stereo);
	if (mix->music && mix->music_volume > 0)
		TRY(music_mix(c, mix, stereo));
	TRY(loudness_set(c, mix->loudness_lufs, mix->total, stereo));
	*out = stereo;
	return FAIL_NONE;
}
