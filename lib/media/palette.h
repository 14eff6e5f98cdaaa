/* Palette: the colours of a video, chosen by its seed. */
#ifndef MEDIA_PALETTE_H
#define MEDIA_PALETTE_H

#include <stdint.h>

struct rgb {
	double r, g, b; /* 0 to 1, gamma-encoded */
};

struct palette {
	struct rgb deep;     /* the darkest part of the ground */
	struct rgb wash[3];  /* lights upon it */
	struct rgb accent;   /* bars, bullets, the word being spoken */
	struct rgb bright;   /* the same upon pictures and dark boxes */
	struct rgb ink;      /* text */
};

struct yuv {
	double y, u, v; /* BT.709 limited range, 16 to 235 and 240 */
};

/* BACKGROUND ("#rrggbb") decides, else the SEED. */
struct palette palette_for(const char *background, uint64_t seed);

struct yuv rgb_to_yuv(struct rgb colour);

/* SHARE (0 to 1) of B in A. */
struct rgb rgb_mix(struct rgb a, struct rgb b, double share);

/* A number from 0 to 1 that depends on all three; the only source of chance in pictures. */
double seeded(uint64_t seed, uint64_t scene, uint64_t what);

#endif
