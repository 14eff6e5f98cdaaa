/* Effect: a glow around everything bright and stronger colours, for a dream. */
#include <math.h>
#include <string.h>

#include "lib/effect/effect.h"

static const char *const cues[] = {
	"DREAM_SEQUENCE", "DREAM", "SURREAL", "FANTASY", "ROMANCE", NULL};

static void look(struct frame *f, double strength, double time_s)
{
	/* The glow needs no detail: a quarter of the size is blurred and stretched again. */
	struct frame small = frame_new((f->width / 4 + 1) & ~1, (f->height / 4 + 1) & ~1);
	struct frame glow = frame_new(f->width, f->height);
	int share = (int)lround(strength * (96 + 20 * sin(2 * M_PI * 0.35 * time_s)));

	for (int p = 0; p < 3; p++) {
		int c = p > 0;

		for (int y = 0; y < small.height >> c; y++)
			for (int x = 0; x < small.width >> c; x++) {
				int from_y = y * 4 < f->height >> c ? y * 4 : (f->height >> c) - 1;
				int from_x = x * 4 < f->width >> c ? x * 4 : (f->width >> c) - 1;

				small.data[p][y * small.stride[p] + x] =
					f->data[p][from_y * f->stride[p] + from_x];
			}
		plane_blur(small.data[p], small.stride[p], small.width >> c, small.height >> c,
			f->height / 180 >> c);
	}
	frame_zoom(&glow, &small, 0, 0, (double)small.width / f->width);
	frame_grade(&glow, 300, 320, 12, 0, 0);
	frame_mix(f, f, &glow, share);
	frame_free(&glow);
	frame_free(&small);
}

const struct effect effect_dream = {
	.name = "dream",
	.about = "a glow around everything bright, stronger colours",
	.look = look,
	.cues = cues,
};
