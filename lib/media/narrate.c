/* Narrate: the speech of a job, and the timeline that follows from it. */
#include "lib/media/narrate.h"

#include "lib/media/sound.h"

static enum fail speak(struct call *c, const struct render_job *job, struct part_span *part)
{
	const struct job_voice *v = job->voice;
	const char *text = part->part->text;

	part->tokens = tokens_of(c, text);
	if (!v) {
		part->duration_s = reading_time_s(c, text);
		return FAIL_NONE;
	}
	TRY(sound_say(c, v->name, v->speed, v->pitch, text, &part->spoken));
	part->duration_s = (double)part->spoken.count / part->spoken.rate;
	return FAIL_NONE;
}

enum fail narrate_timeline(struct call *c, const struct render_job *job, struct timeline **out)
{
	struct timeline *t = timeline_new(c, job);

	for (size_t i = 0; i < t->parts_count; i++) {
		struct part_span *part = &t->parts[i];

		TRY(call_check(c));
		call_progress(c, (double)i, (double)t->parts_count, "voice_generation",
			part->part->text ? part->part->text : "pause");
		if (part->part->kind == PART_PAUSE)
			part->duration_s = part->part->pause_s;
		else
			TRY(speak(c, job, part));
	}
	timeline_place(t, job->transitions);
	*out = t;
	return FAIL_NONE;
}

enum fail narrate_mix(struct call *c, const struct render_job *job, const struct timeline *t,
	struct sound *out)
{
	struct sound_clip *clips = ARENA_NEW(&c->arena, struct sound_clip, t->parts_count + 1);
	struct sound_mix mix = {.clips = clips, .total = t->frames * SOUND_RATE / t->fps,
		.voice_volume = job->voice ? job->voice->volume : 1, .music = job->music,
		.music_volume = job->music_volume, .loudness_lufs = job->loudness_lufs,
		.seed = (uint64_t)job->seed};
	float *stereo;

	for (size_t i = 0; i < t->parts_count; i++)
		if (t->parts[i].spoken.count)
			clips[mix.count++] = (struct sound_clip){&t->parts[i].spoken,
				t->parts[i].from * SOUND_RATE / t->fps};
	call_progress(c, 0, 1, "audio_mixing", job->music ? "voice and music" : "voice");
	TRY(sound_render(c, &mix, &stereo));
	*out = (struct sound){stereo, mix.total};
	return FAIL_NONE;
}
