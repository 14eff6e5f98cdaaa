/* Effect: strong colours, hard contrast and a shaking camera, for action. */
#include <math.h>
#include <string.h>

#include "lib/effect/effect.h"

static const char *const cues[] = {"ACTION_SEQUENCE", "ACTION", "FIGHT_SCENE", "CHASE", "EXPLOSION",
	"CLIMAX", "FINALE", "PEAK_MOMENT", NULL};

/* Moves a plane by whole samples and repeats its edges. */
static void shift(uint8_t *data, int stride, int width, int height, int dx, int dy)
{
	int keep = width - (dx < 0 ? -dx : dx);

	for (int i = 0; i < height; i++) {
		int y = dy > 0 ? height - 1 - i : i, from = y - dy;
		uint8_t *row = data + y * stride, *source;

		from = from < 0 ? 0 : from >= height ? height - 1 : from;
		source = data + from * stride;
		memmove(row + (dx > 0 ? dx : 0), source + (dx < 0 ? -dx : 0), (size_t)keep);
		if (dx > 0)
			memset(row, row[dx], (size_t)dx);
		else if (dx < 0)
			memset(row + keep, row[keep - 1], (size_t)-dx);
	}
}

static void look(struct frame *f, double strength, double time_s)
{
	double reach = strength * f->height / 120;
	int dx = 2 * (int)lround(reach / 2 * sin(2 * M_PI * 9.7 * time_s));
	int dy = 2 * (int)lround(reach / 2 * sin(2 * M_PI * 7.9 * time_s + 1));

	for (int p = 0; p < 3; p++) {
		int c = p > 0;

		shift(f->data[p], f->stride[p], f->width >> c, f->height >> c, dx / (1 + c),
			dy / (1 + c));
	}
	frame_grade(f, 256 + (int)lround(80 * strength), 256 + (int)lround(60 * strength), 0, 0, 0);
}

const struct effect effect_action = {
	.name = "action",
	.about = "strong colours, hard contrast, a shaking camera",
	.look = look,
	.cues = cues,
};
