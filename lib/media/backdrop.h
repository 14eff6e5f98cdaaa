/* Backdrop: slowly moving light in the colours of the palette, and the drawing upon it. */
#ifndef MEDIA_BACKDROP_H
#define MEDIA_BACKDROP_H

#include <stdint.h>

#include "lib/frame/frame.h"
#include "lib/media/palette.h"

#define BACKDROP_LIGHTS 4

struct light {
	double x, y, radius;       /* in units of the frame's height */
	double swing, pace, phase; /* how far it wanders, turns a second, where it starts */
	double strength;
	struct yuv colour;
};

struct backdrop {
	int width, height, columns, rows;
	struct yuv top, bottom;
	struct light light[BACKDROP_LIGHTS];
	int16_t *grid[3];          /* values times 128, eight pixels apart */
	unsigned draws;            /* frames drawn since it began */
	uint8_t dither[16][16];
	struct frame decor;        /* luma to add, 128 is none; larger than the frame */
	uint8_t *moved;            /* the part of the decor that a frame shows */
	int decor_gain;
	double drift_x, drift_y;   /* of the decor, pixels a second */
};

/* The backdrop of scene number SCENE; STRONG for title cards. */
struct backdrop backdrop_new(const struct palette *palette, uint64_t seed, uint64_t scene,
	int width, int height, bool strong);
void backdrop_free(struct backdrop *b);

/* Fills F as it is TIME_S after the scene began. */
void backdrop_draw(struct backdrop *b, struct frame *f, double time_s);

/* The moving luma pattern number MOTIF, drawn on a frame of WIDTH x HEIGHT. */
struct frame decor_new(uint64_t seed, uint64_t scene, int width, int height, double unit);

#endif
