/* Sound: narration with word times, music, and the mix of both. */
#ifndef MEDIA_SOUND_H
#define MEDIA_SOUND_H

#include <stddef.h>
#include <stdint.h>

#include "lib/base/call.h"
#include "lib/voice/voice.h"

#define SOUND_RATE 48000

/* Speaks TEXT with the voice NAME at SPEED and PITCH (factors on top of the voice's own), as mono at
 * SOUND_RATE; leading and trailing silence trimmed to 20 ms, word times in seconds from its start,
 * word positions in bytes of TEXT as given (a caption shows what was written, not what was said).
 * Numbers, units, times, URLs, accents and symbols are made speakable first. Every word that is
 * spoken has a time, in order and without overlap. FAIL_INPUT for an unknown voice, a factor outside
 * 0.5 to 2, a text without a word, and letters that the voice cannot speak (with one that can). */
enum fail sound_say(struct call *c, const char *name, double speed, double pitch, const char *text,
	struct spoken *out);

/* A stretch of narration on the timeline. */
struct sound_clip {
	const struct spoken *spoken;
	int64_t at;           /* sample of SOUND_RATE where it starts */
};

struct sound_mix {
	const struct sound_clip *clips;
	size_t count;
	int64_t total;        /* samples of the whole mix */
	double voice_volume;  /* factor, 1 is as it is */
	const char *music;    /* NULL, "bed" for the built-in one, else a path already allowed */
	double music_volume;  /* before ducking; 1: as loud as the narration */
	double loudness_lufs; /* target, as -16 */
	uint64_t seed;        /* of the built-in bed */
};

/* Mixes to interleaved stereo floats at SOUND_RATE, TOTAL frames: music looped with fades, ducked
 * around the words with 150 ms look-ahead, integrated loudness (ITU-R BS.1770-4) brought to the
 * target as far as the limiter allows, true peaks limited to -1 dBTP. A mix of silence stays silent.
 * FAIL_MISSING or FAIL_INPUT for a music file that is absent, or not sound. */
enum fail sound_render(struct call *c, const struct sound_mix *mix, float **out);

/* Integrated loudness in LUFS of COUNT stereo frames (BS.1770-4, gated); -70 for silence. */
double sound_loudness(const float *stereo, int64_t count);

#endif
