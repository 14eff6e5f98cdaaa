/* Kernels: the inner loops over pixels, in plain C and in AVX2. */
#include "lib/frame/kernel.h"

/* Most loops are written once and compiled twice, so that both sets agree by construction. GCC
 * vectorises such loops from -O3 on, whatever the flags of the build are. */
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC optimize("O3")
#endif

#if defined(__x86_64__)
#include <immintrin.h>
#define KERNEL_AVX2 1
#define AVX2 __attribute__((target("avx2")))
#endif

#define BODY static inline __attribute__((always_inline)) void

BODY blend_body(uint8_t *restrict dst, const uint8_t *restrict src, const uint8_t *restrict alpha,
	int count, int opacity)
{
	unsigned o = (unsigned)opacity;

	for (int i = 0; i < count; i++) {
		unsigned s = (src[i] * o + 128) >> 8;
		unsigned keep = 255 - ((alpha[i] * o + 128) >> 8);
		unsigned t = dst[i] * keep + 128;
		unsigned sum = s + ((t + (t >> 8)) >> 8);

		dst[i] = (uint8_t)(sum > 255 ? 255 : sum);
	}
}

BODY mix_body(uint8_t *restrict dst, const uint8_t *a, const uint8_t *b, int count, int weight)
{
	for (int i = 0; i < count; i++)
		dst[i] = (uint8_t)((a[i] * (256 - weight) + b[i] * weight + 128) >> 8);
}

BODY mix_mask_body(uint8_t *restrict dst, const uint8_t *a, const uint8_t *b, const uint8_t *mask,
	int count)
{
	for (int i = 0; i < count; i++) {
		int weight = mask[i] + (mask[i] >> 7);

		dst[i] = (uint8_t)((a[i] * (256 - weight) + b[i] * weight + 128) >> 8);
	}
}

BODY add_body(uint8_t *restrict dst, const uint8_t *restrict src, int count, int gain)
{
	for (int i = 0; i < count; i++) {
		int sum = dst[i] + (((src[i] - 128) * gain + 32) >> 6);

		sum = sum < 16 ? 16 : sum;
		dst[i] = (uint8_t)(sum > 235 ? 235 : sum);
	}
}

BODY level_body(uint8_t *dst, int count, int pivot, int gain, int offset)
{
	for (int i = 0; i < count; i++) {
		int sum = (((dst[i] - pivot) * gain + 128) >> 8) + pivot + offset;

		sum = sum < 16 ? 16 : sum;
		dst[i] = (uint8_t)(sum > 240 ? 240 : sum);
	}
}

BODY weigh_body(uint8_t *restrict dst, const uint16_t *restrict first,
	const uint16_t *restrict second, int count, int weight)
{
	for (int i = 0; i < count; i++)
		dst[i] = (uint8_t)((first[i] * (64 - weight) + second[i] * weight + 2048) >> 12);
}

#define KERNEL_SET(suffix, target)                                                                 \
	target static void blend_##suffix(uint8_t *dst, const uint8_t *src, const uint8_t *alpha,  \
		int count, int opacity)                                                            \
	{                                                                                          \
		blend_body(dst, src, alpha, count, opacity);                                       \
	}                                                                                          \
	target static void mix_##suffix(uint8_t *dst, const uint8_t *a, const uint8_t *b,          \
		int count, int weight)                                                             \
	{                                                                                          \
		mix_body(dst, a, b, count, weight);                                                \
	}                                                                                          \
	target static void mix_mask_##suffix(uint8_t *dst, const uint8_t *a, const uint8_t *b,     \
		const uint8_t *mask, int count)                                                    \
	{                                                                                          \
		mix_mask_body(dst, a, b, mask, count);                                             \
	}                                                                                          \
	target static void add_##suffix(uint8_t *dst, const uint8_t *src, int count, int gain)     \
	{                                                                                          \
		add_body(dst, src, count, gain);                                                   \
	}                                                                                          \
	target static void level_##suffix(uint8_t *dst, int count, int pivot, int gain,            \
		int offset)                                                                        \
	{                                                                                          \
		level_body(dst, count, pivot, gain, offset);                                       \
	}                                                                                          \
	target static void weigh_##suffix(uint8_t *dst, const uint16_t *first,                     \
		const uint16_t *second, int count, int weight)                                     \
	{                                                                                          \
		weigh_body(dst, first, second, count, weight);                                     \
	}

#define KERNEL_ROWS(suffix)                                                                        \
	.blend = blend_##suffix, .mix = mix_##suffix, .mix_mask = mix_mask_##suffix,               \
	.add = add_##suffix, .level = level_##suffix, .ramp = ramp_##suffix,                       \
	.stretch = stretch_##suffix, .weigh = weigh_##suffix

KERNEL_SET(plain, )

static void ramp_plain(uint8_t *dst, const int16_t *cells, int count, const uint8_t *dither)
{
	for (int i = 0; i < count; i++) {
		int16_t at = cells[i], step = (int16_t)(cells[i + 1] - cells[i]);
		const uint8_t *d = dither + (i & 1) * 8;

		for (int k = 0; k < 8; k++)
			dst[i * 8 + k] = (uint8_t)((at + ((step * k) >> 3) + d[k]) >> 7);
	}
}

static void stretch_plain(uint16_t *dst, const uint8_t *src, const struct stretch *how)
{
	for (int i = 0; i < how->blocks; i++) {
		const uint8_t *s = src + how->from[i], *pick = how->pick[i];
		const int8_t *weight = how->weight[i];

		for (int k = 0; k < 8; k++)
			dst[i * 8 + k] = (uint16_t)(s[pick[2 * k]] * weight[2 * k] +
						    s[pick[2 * k + 1]] * weight[2 * k + 1]);
	}
}

const struct kernels kernels_plain = {KERNEL_ROWS(plain)};

#ifdef KERNEL_AVX2
KERNEL_SET(avx2, AVX2)

/* Two loops that compilers do not vectorise well: short lines, and bytes picked one by one. */
AVX2 static void ramp_avx2(uint8_t *dst, const int16_t *cells, int count, const uint8_t *dither)
{
	const __m128i eighths = _mm_setr_epi16(0, 1, 2, 3, 4, 5, 6, 7);
	const __m128i d[2] = {_mm_cvtepu8_epi16(_mm_loadl_epi64((const void *)dither)),
		_mm_cvtepu8_epi16(_mm_loadl_epi64((const void *)(dither + 8)))};

	for (int i = 0; i < count; i++) {
		__m128i step = _mm_set1_epi16((int16_t)(cells[i + 1] - cells[i]));
		__m128i line = _mm_srai_epi16(_mm_mullo_epi16(step, eighths), 3);

		line = _mm_add_epi16(_mm_add_epi16(line, _mm_set1_epi16(cells[i])), d[i & 1]);
		line = _mm_srli_epi16(line, 7);
		_mm_storel_epi64((void *)(dst + i * 8), _mm_packus_epi16(line, line));
	}
}

AVX2 static void stretch_avx2(uint16_t *dst, const uint8_t *src, const struct stretch *how)
{
	for (int i = 0; i < how->blocks; i++) {
		__m128i s = _mm_loadu_si128((const void *)(src + how->from[i]));
		__m128i pick = _mm_loadu_si128((const void *)how->pick[i]);
		__m128i weight = _mm_loadu_si128((const void *)how->weight[i]);

		_mm_storeu_si128((void *)(dst + i * 8),
			_mm_maddubs_epi16(_mm_shuffle_epi8(s, pick), weight));
	}
}

static const struct kernels kernels_avx2 = {KERNEL_ROWS(avx2)};
#endif

const struct kernels *kernels_pick(void)
{
#ifdef KERNEL_AVX2
	if (__builtin_cpu_supports("avx2"))
		return &kernels_avx2;
#endif
	return &kernels_plain;
}
