/* Timeline: when everything happens, in whole frames. */
#include "lib/media/timeline.h"

#include <math.h>

/* Silences of the design, in seconds. */
#define FADE_S 0.7        /* one transition */
#define BREATH_S 0.28     /* between two sentences */
#define ITEM_BREATH_S 0.42
#define LEAD_S 0.3        /* from the end of a transition to the first word */
#define TAIL_S 0.4        /* from the last word to the next transition */
#define FIRST_LEAD_S 0.8  /* the video fades in */
#define LAST_TAIL_S 1.4   /* and out */
#define TITLE_LEAD_S 0.9  /* a title card is read before it is talked over */
#define SCENE_MIN_S 2.4
#define TITLE_MIN_S 3.2

static bool is_heard(const struct render_job *job)
{
	for (size_t i = 0; i < job->outputs_count; i++)
		if (job->outputs[i].format != OUTPUT_WAV && job->outputs[i].format != OUTPUT_MP3)
			return false;
	return job->outputs_count && job->voice && !job->music;
}

static bool is_silent(const struct timeline *t, size_t first, size_t count)
{
	for (size_t p = first; p < first + count; p++)
		if (t->parts[p].part->kind != PART_PAUSE)
			return false;
	return true;
}

struct timeline *timeline_new(struct call *c, const struct render_job *job)
{
	struct timeline *t = ARENA_NEW(&c->arena, struct timeline, 1);
	size_t at = 0;

	t->fps = (int)job->fps;
	t->scenes_count = job->scenes_count;
	t->scenes = ARENA_NEW(&c->arena, struct scene_span, job->scenes_count);
	for (size_t i = 0; i < job->scenes_count; i++)
		t->parts_count += job->scenes[i].parts_count;
	t->parts = ARENA_NEW(&c->arena, struct part_span, t->parts_count);
	for (size_t i = 0; i < job->scenes_count; i++) {
		const struct job_scene *scene = &job->scenes[i];

		t->scenes[i] = (struct scene_span){.scene = scene, .first = at,
			.count = scene->parts_count};
		for (size_t p = 0; p < scene->parts_count; p++)
			t->parts[at++].part = &scene->parts[p];
	}
	t->heard = is_heard(job) && !is_silent(t, 0, t->parts_count);
	return t;
}

int64_t time_frame(const struct timeline *t, double seconds)
{
	return llround(floor(seconds * t->fps + 1e-6));
}

static int64_t frames_of(const struct timeline *t, double seconds)
{
	return llround(ceil(seconds * t->fps - 1e-6));
}

static double breath_before(const struct timeline *t, size_t part, size_t first)
{
	int kind = t->parts[part].part->kind;

	if (part == first || kind == PART_PAUSE || t->parts[part - 1].part->kind == PART_PAUSE)
		return 0;
	return kind == PART_ITEM ? ITEM_BREATH_S : BREATH_S;
}

static int64_t place_scene(struct timeline *t, size_t i, int64_t at, bool transitions)
{
	struct scene_span *s = &t->scenes[i];
	bool last = i + 1 == t->scenes_count;
	int64_t fade = transitions ? frames_of(t, FADE_S / 2) * 2 : 0;
	bool title = s->scene->layout == LAYOUT_TITLE;
	int64_t shortest = frames_of(t, title ? TITLE_MIN_S : SCENE_MIN_S);

	s->from = s->to = at;
	if (t->heard && s->scene->title && is_silent(t, s->first, s->count)) {
		for (size_t p = s->first; p < s->first + s->count; p++)
			t->parts[p].from = t->parts[p].to = at;
		return at;
	}
	s->fade = i ? fade : 0;
	at += s->fade / 2 + frames_of(t, title ? TITLE_LEAD_S : i ? LEAD_S : FIRST_LEAD_S);
	for (size_t p = s->first; p < s->first + s->count; p++) {
		struct part_span *part = &t->parts[p];

		at += frames_of(t, breath_before(t, p, s->first));
		part->from = at;
		at += frames_of(t, part->duration_s);
		part->to = at;
	}
	at += last ? frames_of(t, LAST_TAIL_S) : frames_of(t, TAIL_S) + fade / 2;
	if (at < s->from + shortest)
		at = s->from + shortest;
	s->to = at;
	return at;
}

void timeline_place(struct timeline *t, bool transitions)
{
	int64_t at = 0;

	for (size_t i = 0; i < t->scenes_count; i++)
		at = place_scene(t, i, at, transitions);
	t->frames = at;
	for (size_t p = 0; p < t->parts_count; p++) {
		struct part_span *part = &t->parts[p];
		double at_s = frame_time_s(t, part->from);

		if (part->part->kind == PART_PAUSE)
			continue;
		if (part->spoken.words_count)
			tokens_time(&part->tokens, part->part->text, &part->spoken, at_s);
		else
			tokens_spread(&part->tokens, at_s, part->duration_s);
	}
}

double reading_time_s(struct call *c, const char *text)
{
	struct tokens tokens = tokens_of(c, text);
	double letters = 0;

	for (size_t i = 0; i < tokens.count; i++)
		letters += (double)tokens.token[i].letters;
	/* 150 words a minute; a word of scripts without spaces is about two characters. */
	return fmax(1.2,
		tokens.count && letters / (double)tokens.count < 1.3 ? letters * 0.2
								     : (double)tokens.count * 0.4);
}
