/* Kernels: what each computes, and that the fast set gives the same bytes as the plain one. */
#include "lib/frame/kernel.h"

#include "lib/base/id.h"
#include "lib/frame/frame.h"
#include "tests/unit/unit.h"

#define COUNT 331   /* no multiple of a vector */
#define ROUNDS 200

struct bytes {
	uint8_t a[COUNT + 64], b[COUNT + 64], mask[COUNT + 64], out[2][COUNT + 64];
};

static void scramble(struct bytes *x)
{
	random_bytes(x, sizeof *x);
	memcpy(x->out[1], x->out[0], sizeof x->out[0]);
}

static bool same(const struct bytes *x)
{
	return !memcmp(x->out[0], x->out[1], sizeof x->out[0]);
}

TEST(fast_kernels_equal_plain_ones)
{
	const struct kernels *set[2] = {&kernels_plain, kernels_pick()};
	struct bytes x;

	for (int round = 0; round < ROUNDS; round++) {
		int weight = round * 257 / ROUNDS;

		scramble(&x);
		for (int i = 0; i < 2; i++)
			set[i]->blend(x.out[i], x.a, x.mask, COUNT, weight);
		CHECK(same(&x));
		for (int i = 0; i < 2; i++)
			set[i]->mix(x.out[i], x.a, x.b, COUNT, weight);
		CHECK(same(&x));
		for (int i = 0; i < 2; i++)
			set[i]->mix_mask(x.out[i], x.a, x.b, x.mask, COUNT);
		CHECK(same(&x));
		for (int i = 0; i < 2; i++)
			set[i]->add(x.out[i], x.a, COUNT, weight / 2 - 64);
		CHECK(same(&x));
		for (int i = 0; i < 2; i++)
			set[i]->level(x.out[i], COUNT, 110, weight * 2, weight / 4 - 32);
		CHECK(same(&x));
	}
}

TEST(fast_rows_equal_plain_ones)
{
	const struct kernels *set[2] = {&kernels_plain, kernels_pick()};
	uint8_t dither[16], out[2][COUNT + 64] = {0};
	int16_t cells[COUNT / 8 + 2];
	uint16_t rows[2][COUNT + 64];

	for (int round = 0; round < ROUNDS; round++) {
		uint8_t noise[COUNT + 2];

		random_bytes(noise, sizeof noise);
		for (size_t i = 0; i < sizeof cells / sizeof *cells; i++)
			cells[i] = (int16_t)(16000 + noise[i] * 15);
		for (int i = 0; i < 16; i++)
			dither[i] = noise[i] & 127;
		for (int i = 0; i < 2; i++)
			set[i]->ramp(out[i], cells, COUNT / 8, dither);
		CHECK(!memcmp(out[0], out[1], sizeof out[0]));
		for (int i = 0; i < COUNT; i++) {
			rows[0][i] = (uint16_t)(noise[i] * 64);
			rows[1][i] = (uint16_t)(noise[COUNT - i] * 64);
		}
		for (int i = 0; i < 2; i++)
			set[i]->weigh(out[i], rows[0], rows[1], COUNT, round % 65);
		CHECK(!memcmp(out[0], out[1], sizeof out[0]));
	}
}

TEST(blend_covers_and_spares)
{
	uint8_t dst[3] = {100, 100, 100}, src[3] = {200, 0, 50}, alpha[3] = {255, 0, 128};

	kernels_plain.blend(dst, src, alpha, 3, 256);
	CHECK(dst[0] == 200);
	CHECK(dst[1] == 100);
	CHECK(dst[2] == 100 * 127 / 255 + 50 || dst[2] == 100);
}

/* A picture stretched by 1 at a whole place is itself, and half a pixel off the mean of two. */
TEST(zoom_keeps_and_halves)
{
	uint8_t src[4 * 64] = {0}, out[4 * 64] = {0};

	for (int i = 0; i < 64; i++)
		src[i] = src[64 + i] = (uint8_t)(i * 3);
	plane_zoom(out, 64, 24, 2, src, 64, 40, 2, 2, 0, 1);
	CHECK(!memcmp(out, src + 2, 24));
	plane_zoom(out, 64, 24, 2, src, 64, 40, 2, 0.5, 0, 1);
	CHECK(out[0] == 2 && out[1] == 5 && out[10] == 32);
}

/* Beyond the edge of the source its last pixel goes on. */
TEST(zoom_stops_at_edges)
{
	uint8_t src[2 * 64] = {0}, out[2 * 64] = {0};

	memset(src, 77, sizeof src);
	memset(src + 32, 200, 32);
	memset(src + 96, 200, 32);
	plane_zoom(out, 64, 32, 2, src, 64, 16, 2, -3, -1, 1.5);
	for (int i = 0; i < 32; i++)
		CHECK(out[i] == 77);
}

TEST(colours_of_overlays_are_bt709)
{
	const struct {
		uint32_t argb;
		uint8_t y, u, v;
	} row[] = {{0xffffffff, 235, 128, 128}, {0xff000000, 16, 128, 128},
		{0xffff0000, 63, 102, 240}, {0xff00ff00, 173, 42, 26}, {0xff0000ff, 32, 240, 118}};

	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		uint32_t pixels[4] = {row[i].argb, row[i].argb, row[i].argb, row[i].argb};
		struct overlay o = overlay_from_argb(pixels, 2, 0, 0, 2, 2);

		CHECK(o.data[0][0] == row[i].y);
		CHECK(o.data[1][0] == row[i].u);
		CHECK(o.data[2][0] == row[i].v);
		CHECK(o.alpha[0][0] == 255 && o.alpha[1][0] == 255);
		overlay_free(&o);
	}
}

/* Only what is inside the frame is written, wherever the overlay stands. */
TEST(overlays_are_cut_at_the_frame)
{
	uint32_t pixels[16 * 16];
	struct frame f = frame_new(8, 8);
	struct overlay o;

	memset(pixels, 255, sizeof pixels);
	o = overlay_from_argb(pixels, 16, -4, -4, 16, 16);
	CHECK(o.width == 16 && o.height == 16);
	overlay_blend(&f, &o, 0, 0, 256);
	CHECK(f.data[0][0] == 235 && f.data[0][7 * f.stride[0] + 7] == 235);
	CHECK(f.data[0][8] == 16);
	overlay_blend(&f, &o, 400, 0, 256);
	overlay_blend(&f, &o, 0, -400, 256);
	overlay_free(&o);
	frame_free(&f);
}
