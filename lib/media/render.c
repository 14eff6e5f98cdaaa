/* Render: the job that makes a video, or parts of one, from scenes. */
#include <string.h>

#include "lib/base/clock.h"
#include "lib/media/compose.h"
#include "lib/media/encode.h"
#include "lib/media/narrate.h"
#include "lib/media/sound.h"
#include "lib/media/subtitle.h"
#include "lib/media/type.h"
#include "lib/media/work.h"
#include "lib/os/file.h"

struct rendering {
	struct render_job *job;
	int fd[OUTPUT_COUNT];   /* -1: not wanted */
	struct timeline *timeline;
	struct sound sound;
	json_t *stages;         /* milliseconds of each, borrowed */
	int64_t since_us;
};

static enum fail prepare(struct call *c, const json_t *json, struct errand *e)
{
	struct rendering *r = ARENA_NEW(&c->arena, struct rendering, 1);
	struct render_job *job;

	TRY(job_read_render(c, json, &job));
	r->job = job;
	if (!job->outputs_count)
		return fail(c, FAIL_INPUT, "render.outputs is empty: there is nothing to make");
	for (int i = 0; i < OUTPUT_COUNT; i++)
		r->fd[i] = -1;
	e->readable = ARENA_NEW(&c->arena, const char *, job->scenes_count + 1);
	for (size_t i = 0; i < job->scenes_count; i++)
		if (job->scenes[i].picture)
			e->readable[e->readable_count++] = job->scenes[i].picture;
	if (job->music && job->music[0] == '/')
		e->readable[e->readable_count++] = job->music;
	for (size_t i = 0; i < job->outputs_count; i++) {
		const struct job_output *o = &job->outputs[i];

		TRY(work_open_output(c, o->path, o->format == OUTPUT_Y4M, &r->fd[o->format]));
	}
	e->job = r;
	e->wish = (enum sandbox_wish)job->sandbox;
	return FAIL_NONE;
}

/* Notes how long the stage that ends here took. */
static void stage_done(struct rendering *r, const char *stage)
{
	int64_t now_us = clock_boot_us();

	json_object_set_new(r->stages, stage, json_integer((now_us - r->since_us) / 1000));
	r->since_us = now_us;
}

static enum fail draw_frames(struct call *c, struct composer *k, struct encoder *e)
{
	int64_t frames = k->show.timeline->frames;

	for (int64_t at = 0; at < frames; at++) {
		struct frame f;

		TRY(call_check(c));
		call_progress(c, (double)at, (double)frames, "video_rendering", "frames");
		TRY(encoder_frame(c, e, &f));
		TRY(composer_draw(c, k, &f, at));
		TRY(encoder_push(c, e, composer_cuts(k, at)));
	}
	return FAIL_NONE;
}

static enum fail make_video(struct call *c, struct rendering *r)
{
	const struct render_job *job = r->job;
	struct encoder_plan plan = {.mp4_fd = r->fd[OUTPUT_MP4], .y4m_fd = r->fd[OUTPUT_Y4M],
		.width = (int)job->width, .height = (int)job->height, .fps = (int)job->fps,
		.quality = (enum quality)job->quality, .title = job->title, .sound = &r->sound};
	COMPOSER_AUTO composer = {0};
	ENCODER_AUTO encoder = NULL;

	TRY(composer_open(c, job, r->timeline, &composer));
	TRY(encoder_open(c, &plan, &encoder));
	TRY(draw_frames(c, &composer, encoder));
	stage_done(r, "video_rendering");
	call_progress(c, 0, 1, "final_encoding", "last frames and index");
	return encoder_finish(c, encoder);
}

static enum fail write_text(struct call *c, const struct rendering *r, enum output_format format,
	const char *(*text)(struct call *, const struct timeline *))
{
	const char *data;

	if (r->fd[format] < 0)
		return FAIL_NONE;
	data = text(c, r->timeline);
	return file_write_all(c, r->fd[format], job_output(r->job, format)->path, data,
		strlen(data));
}

static enum fail write_sounds(struct call *c, const struct rendering *r)
{
	if (r->fd[OUTPUT_WAV] >= 0)
		TRY(track_write_file(c, r->fd[OUTPUT_WAV], "wav", "pcm_s16le", 0, r->job->title,
			&r->sound));
	if (r->fd[OUTPUT_MP3] >= 0)
		TRY(track_write_file(c, r->fd[OUTPUT_MP3], "mp3", "libmp3lame", 192000,
			r->job->title, &r->sound));
	return FAIL_NONE;
}

static void tell_facts(const struct rendering *r, json_t *result)
{
	const struct timeline *t = r->timeline;
	size_t sentences = 0;
	double lufs = sound_loudness(r->sound.stereo, r->sound.count);

	for (size_t i = 0; i < t->parts_count; i++)
		sentences += t->parts[i].part->kind != PART_PAUSE;
	json_object_set_new(result, "duration_s", json_real(frame_time_s(t, t->frames)));
	json_object_set_new(result, "frames", json_integer(t->frames));
	json_object_set_new(result, "fps", json_integer(t->fps));
	json_object_set_new(result, "width", json_integer(r->job->width));
	json_object_set_new(result, "height", json_integer(r->job->height));
	json_object_set_new(result, "scenes", json_integer((json_int_t)t->scenes_count));
	json_object_set_new(result, "sentences", json_integer((json_int_t)sentences));
	json_object_set_new(result, "words", json_integer((json_int_t)timeline_words(t)));
	json_object_set_new(result, "loudness_lufs", json_real(nearbyint(lufs * 100) / 100));
	json_object_set_new(result, "font", json_string(type_family(NULL)));
}

static enum fail run(struct call *c, const struct errand *e, json_t *result)
{
	struct rendering *r = e->job;
	bool pictures = r->fd[OUTPUT_MP4] >= 0 || r->fd[OUTPUT_Y4M] >= 0;

	r->stages = json_object();
	json_object_set_new(result, "stages", r->stages);
	r->since_us = clock_boot_us();
	call_progress(c, 0, 1, "script_processing", "scenes");
	stage_done(r, "script_processing");
	TRY(narrate_timeline(c, r->job, &r->timeline));
	stage_done(r, "voice_generation");
	TRY(narrate_mix(c, r->job, r->timeline, &r->sound));
	stage_done(r, "audio_mixing");
	TRY(write_text(c, r, OUTPUT_SRT, subtitle_srt));
	TRY(write_text(c, r, OUTPUT_VTT, subtitle_vtt));
	TRY(write_text(c, r, OUTPUT_WORDS, subtitle_words));
	if (pictures)
		TRY(make_video(c, r));
	TRY(write_sounds(c, r));
	stage_done(r, "final_encoding");
	tell_facts(r, result);
	return FAIL_NONE;
}

static enum fail prepare_estimate(struct call *c, const json_t *json, struct errand *e)
{
	struct rendering *r = ARENA_NEW(&c->arena, struct rendering, 1);

	TRY(job_read_render(c, json, &r->job));
	if (r->job->outputs_count)
		return fail(c, FAIL_INPUT, "an estimate has no outputs");
	e->job = r;
	e->wish = (enum sandbox_wish)r->job->sandbox;
	return FAIL_NONE;
}

/* The times are not guessed: everything is spoken, which is quick. */
static enum fail run_estimate(struct call *c, const struct errand *e, json_t *result)
{
	struct rendering *r = e->job;

	TRY(narrate_timeline(c, r->job, &r->timeline));
	json_object_set_new(result, "duration_s",
		json_real(frame_time_s(r->timeline, r->timeline->frames)));
	json_object_set_new(result, "frames", json_integer(r->timeline->frames));
	json_object_set_new(result, "words",
		json_integer((json_int_t)timeline_words(r->timeline)));
	return FAIL_NONE;
}

const struct work work_render = {"render", prepare, run};
const struct work work_estimate = {"estimate", prepare_estimate, run_estimate};
