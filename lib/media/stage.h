/* Stage: one scene made ready to be drawn: its ground, and the texts that come and go on it. */
#ifndef MEDIA_STAGE_H
#define MEDIA_STAGE_H

#include "lib/base/call.h"
#include "lib/media/backdrop.h"
#include "lib/frame/frame.h"
#include "lib/media/job.h"
#include "lib/media/timeline.h"

/* Sizes that follow from the shape of the video. */
struct metrics {
	int width, height;
	double unit;          /* 1 where the shorter side has 720 pixels */
	bool upright;         /* higher than wide */
	double margin;        /* left and right of texts */
	double text_width;
	double foot;          /* texts end above this */
};

struct metrics metrics_of(int64_t width, int64_t height, bool captions);

/* Something laid over the ground from frame FROM to before TO. It comes in rising and fades out;
 * from DIM_FROM on, if that is not 0, it is only half there. */
struct sprite {
	struct overlay overlay;
	int64_t from, to, dim_from;
	int rise;             /* pixels */
};

struct stage {
	const struct scene_span *span;
	size_t number;        /* of the scene, from 0 */
	int fps;
	bool moving;          /* has a picture */
	struct frame picture; /* larger than the frame by the camera's room */
	struct backdrop backdrop;
	bool has_backdrop;
	struct sprite *sprite;
	size_t sprites;
};

struct show {
	const struct render_job *job;
	const struct timeline *timeline;
	struct palette palette;
	struct metrics metrics;
};

/* Loads and lays out scene NUMBER. */
enum fail stage_open(struct call *c, const struct show *show, size_t number, struct stage *out);
void stage_close(struct stage *s);

/* Draws the scene as it is at frame AT of the video, which may lie a transition outside it. */
void stage_draw(struct stage *s, struct frame *f, int64_t at);

/* Adds the sprites of a scene's layout (layout.c). */
void layout_scene(struct call *c, const struct show *show, struct stage *stage);

/* Adds an overlay as a sprite; takes it over. One that shows nothing is not added. */
void stage_add(struct stage *s, struct overlay overlay, int64_t from, int64_t to, int rise);

/* Where the captions of a scene stand. */
enum caption_place {
	CAPTION_FOOT,   /* in a box at the foot of the frame */
	CAPTION_BODY,   /* large, under the heading */
	CAPTION_MIDDLE, /* large, alone on the screen */
};

/* Scenes that show nothing else show what is said. */
enum caption_place caption_place_of(struct call *c, const struct show *show, size_t number);

/* True when scene NUMBER shows numbers of its sentences large. */
bool scene_has_callouts(struct call *c, const struct show *show, size_t number);

/* True for the scene that opens the video with its title. */
bool scene_is_card(const struct show *show, size_t number);

#endif
