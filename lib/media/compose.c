/* Compose: any frame of the video, in order. */
#include "lib/media/compose.h"

#include <math.h>
#include <string.h>

#include "lib/effect/effect.h"
#include "lib/media/type.h"

#define FADE_IN_S 0.5
#define FADE_OUT_S 0.8
#define LOOK_EASE_S 0.45

struct cue_span {
	const struct effect *effect;
	int64_t from, to;
};

/* Cues that are a pause and nothing to see. */
static bool is_silent_cue(const char *cue)
{
	static const char *const silent[] = {"TRANSITION", "SCENE_CHANGE", "CUT_TO", "FADE_IN",
		"FADE_OUT", "PAUSE"};

	for (size_t i = 0; i < sizeof silent / sizeof *silent; i++)
		if (!strcmp(cue, silent[i]))
			return true;
	return false;
}

static void plan_cues(struct call *c, struct composer *k)
{
	const struct timeline *t = k->show.timeline;
	struct cue_span *cues = ARENA_NEW(&c->arena, struct cue_span, t->parts_count + 1);

	for (size_t i = 0; i < t->parts_count; i++) {
		const struct part_span *part = &t->parts[i];
		const char *cue = part->part->cue;
		const struct effect *effect = cue ? effect_for_cue(cue) : NULL;

		if (!cue || is_silent_cue(cue))
			continue;
		if (effect)
			cues[k->cues_count++] = (struct cue_span){effect, part->from, part->to};
		else
			call_warn(c, "the cue %s has no look yet: only its pause is kept", cue);
	}
	k->cues = cues;
}

/* One warning is enough: one package of fonts usually mends all. */
static void check_letters(struct call *c, const struct timeline *t)
{
	for (size_t i = 0; i < t->scenes_count; i++)
		if (type_lacks_letters(c, t->scenes[i].scene->title))
			return;
	for (size_t i = 0; i < t->parts_count; i++)
		if (type_lacks_letters(c, t->parts[i].part->text))
			return;
}

enum fail composer_open(struct call *c, const struct render_job *job,
	const struct timeline *timeline, struct composer *out)
{
	struct composer k = {.show = {.job = job, .timeline = timeline,
		.palette = palette_for(job->background, (uint64_t)job->seed),
		.metrics = metrics_of(job->width, job->height, job->captions)}};

	*out = k;
	plan_cues(c, out);
	check_letters(c, timeline);
	/* The pointer has to be to the composer that stays. */
	if (job->captions)
		out->burn = burn_new(c, &out->show);
	for (int i = 0; i < 2; i++)
		out->spare[i] = frame_new((int)job->width, (int)job->height);
	return FAIL_NONE;
}

void composer_close(struct composer *k)
{
	burn_free(&k->burn);
	for (int i = 0; i < 2; i++) {
		stage_close(&k->stage[i]);
		frame_free(&k->spare[i]);
	}
}

/* Scene NUMBER, opened when it is first needed; it takes the place of the one before the last. */
static enum fail stage_of(struct call *c, struct composer *k, size_t number, struct stage **out)
{
	struct stage *s = &k->stage[number % 2];

	if (!s->span || s->number != number) {
		stage_close(s);
		TRY(stage_open(c, &k->show, number, s));
	}
	*out = s;
	return FAIL_NONE;
}

static size_t scene_at(const struct timeline *t, int64_t at)
{
	size_t low = 0, high = t->scenes_count;

	while (high - low > 1) {
		size_t middle = (low + high) / 2;

		if (t->scenes[middle].from <= at)
			low = middle;
		else
			high = middle;
	}
	return low;
}

/* The later of the two scenes that a transition joins at AT, or 0: there is none. */
static size_t transition_at(const struct timeline *t, int64_t at)
{
	size_t here = scene_at(t, at);

	if (here && at < t->scenes[here].from + t->scenes[here].fade / 2)
		return here;
	if (here + 1 < t->scenes_count &&
		at >= t->scenes[here + 1].from - t->scenes[here + 1].fade / 2)
		return here + 1;
	return 0;
}

static enum fail draw_transition(struct call *c, struct composer *k, struct frame *f, size_t scene,
	int64_t at)
{
	const struct scene_span *span = &k->show.timeline->scenes[scene];
	const struct effect *effect = effect_transition(scene + (size_t)k->show.job->seed);
	struct stage *before, *behind;
	double share = (double)(at - (span->from - span->fade / 2) + 1) / (double)(span->fade + 1);

	TRY(stage_of(c, k, scene - 1, &before));
	TRY(stage_of(c, k, scene, &behind));
	stage_draw(before, &k->spare[0], at);
	stage_draw(behind, &k->spare[1], at);
	effect->mix(f, &k->spare[0], &k->spare[1], share);
	return FAIL_NONE;
}

static void draw_looks(const struct composer *k, struct frame *f, int64_t at)
{
	double fps = k->show.timeline->fps;

	for (size_t i = 0; i < k->cues_count; i++) {
		const struct cue_span *cue = &k->cues[i];
		double ease = LOOK_EASE_S * fps;

		if (at < cue->from || at >= cue->to)
			continue;
		cue->effect->look(f, effect_ease((double)(at - cue->from + 1) / ease) *
			effect_ease((double)(cue->to - at) / ease), (double)(at - cue->from) / fps);
	}
}

/* The video comes out of black and goes back to it. */
static void draw_curtain(const struct composer *k, struct frame *f, int64_t at)
{
	double fps = k->show.timeline->fps;
	double in = (double)(at + 1) / (FADE_IN_S * fps);
	double out = (double)(k->show.timeline->frames - 1 - at) / (FADE_OUT_S * fps);
	double light = effect_ease(fmin(in, out));

	if (light < 1)
		frame_dim(f, (int)lround(256 * light));
}

enum fail composer_draw(struct call *c, struct composer *k, struct frame *f, int64_t at)
{
	size_t joined = transition_at(k->show.timeline, at);
	struct stage *stage;

	if (joined) {
		TRY(draw_transition(c, k, f, joined, at));
	} else {
		TRY(stage_of(c, k, scene_at(k->show.timeline, at), &stage));
		stage_draw(stage, f, at);
	}
	draw_looks(k, f, at);
	if (k->burn.count)
		burn_draw(c, &k->burn, f, at);
	draw_curtain(k, f, at);
	return FAIL_NONE;
}

bool composer_cuts(const struct composer *k, int64_t at)
{
	const struct timeline *t = k->show.timeline;
	size_t here = scene_at(t, at);

	/* Behind a transition everything is new; before it nothing is. */
	return at == 0 || at == t->scenes[here].from + t->scenes[here].fade / 2;
}
