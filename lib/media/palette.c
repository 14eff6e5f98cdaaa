/* Palette: the colours of a video, chosen by its seed. */
#include "lib/media/palette.h"

#include <math.h>
#include <stddef.h>
#include <stdlib.h>

#define BYTE(x, shift) ((double)((x) >> (shift) & 255) / 255)
#define HEX(x) {BYTE(x, 16), BYTE(x, 8), BYTE(x, 0)}

/* The accent for every ground, and white letters. */
#define BOTH(x) HEX(x), HEX(x), HEX(0xffffff)

static const struct palette palettes[] = {
	{HEX(0x0b1026), {HEX(0x26357f), HEX(0x6a3fa8), HEX(0x1f6fb5)}, BOTH(0xffc24b)},
	{HEX(0x051c26), {HEX(0x0a5163), HEX(0x118a83), HEX(0x1c5fa0)}, BOTH(0xffd166)},
	{HEX(0x0b1d17), {HEX(0x14553d), HEX(0x2f8a55), HEX(0x0f6a70)}, BOTH(0xf4d35e)},
	{HEX(0x1c0d18), {HEX(0x6b2140), HEX(0xa8433d), HEX(0x5a2a78)}, BOTH(0xffc074)},
	{HEX(0x0c1522), {HEX(0x1d3d63), HEX(0x2f74a0), HEX(0x3f4fa3)}, BOTH(0xff9f5a)},
	{HEX(0x180e26), {HEX(0x4a2372), HEX(0x8a3a92), HEX(0x2f3f9a)}, BOTH(0x7fe3cf)},
};

struct yuv rgb_to_yuv(struct rgb c)
{
	double y = 0.2126 * c.r + 0.7152 * c.g + 0.0722 * c.b;

	return (struct yuv){16 + 219 * y, 128 + 224 * (c.b - y) / 1.8556,
		128 + 224 * (c.r - y) / 1.5748};
}

struct rgb rgb_mix(struct rgb a, struct rgb b, double share)
{
	return (struct rgb){a.r + (b.r - a.r) * share, a.g + (b.g - a.g) * share,
		a.b + (b.b - a.b) * share};
}

double seeded(uint64_t seed, uint64_t scene, uint64_t what)
{
	/* The mixing steps of SplitMix64 (Steele, Lea, Flood 2014). */
	uint64_t z = seed * 0x9e3779b97f4a7c15u + scene * 0xbf58476d1ce4e5b9u + what + 1;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	z ^= z >> 31;
	return (double)(z >> 11) / 9007199254740992.0;
}

/* Turns the hue by about a twelfth of the circle, by swapping shares of the three primaries. */
static struct rgb turned(struct rgb c, int way)
{
	struct rgb next = way > 0 ? (struct rgb){c.b, c.r, c.g} : (struct rgb){c.g, c.b, c.r};

	return rgb_mix(c, next, 0.25);
}

static struct palette palette_around(struct rgb base)
{
	const struct rgb black = {0, 0, 0}, white = {1, 1, 1};
	double light = 0.2126 * base.r + 0.7152 * base.g + 0.0722 * base.b;
	struct palette p;

	if (light > 0.6) {
		p.deep = base;
		p.wash[0] = rgb_mix(base, white, 0.5);
		p.wash[1] = rgb_mix(turned(base, 1), white, 0.15);
		p.wash[2] = rgb_mix(turned(base, -1), white, 0.15);
		p.ink = rgb_mix(base, black, 0.88);
		p.accent = (struct rgb)HEX(0xc8402f);
		p.bright = (struct rgb)HEX(0xffc857);
		return p;
	}
	p.deep = rgb_mix(base, black, 0.55);
	p.wash[0] = base;
	p.wash[1] = rgb_mix(turned(base, 1), white, 0.12);
	p.wash[2] = rgb_mix(turned(base, -1), white, 0.06);
	p.ink = white;
	p.accent = p.bright = (struct rgb)HEX(0xffc857);
	return p;
}

struct palette palette_for(const char *background, uint64_t seed)
{
	unsigned long hex;

	if (!background)
		return palettes[seed % (sizeof palettes / sizeof palettes[0])];
	hex = strtoul(background + 1, NULL, 16);
	return palette_around((struct rgb)HEX(hex));
}
