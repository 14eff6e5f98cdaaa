/* UTF-8 (RFC 3629). */
#include "lib/text/utf8.h"

#include <string.h>

size_t utf8_decode(const char *s, size_t len, uint32_t *cp)
{
	const unsigned char *p = (const unsigned char *)s;
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	size_t need;
	uint32_t v;

	if (!len)
		return 0;
	if (p[0] < 0x80) {
		*cp = p[0];
		return 1;
	}
	if (p[0] >= 0xc2 && p[0] <= 0xdf) {
		need = 2;
		v = p[0] & 0x1f;
	} else if ((p[0] & 0xf0) == 0xe0) {
		need = 3;
		v = p[0] & 0x0f;
	} else if (p[0] >= 0xf0 && p[0] <= 0xf4) {
		need = 4;
		v = p[0] & 0x07;
	} else {
		return 0;
	}
	if (len < need)
		return 0;
	for (size_t i = 1; i < need; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		v = v << 6 | (p[i] & 0x3f);
	}
	if (v < least[need] || v > 0x10ffff || (v >= 0xd800 && v <= 0xdfff))
		return 0;
	*cp = v;
	return need;
}

void utf8_encode(struct buf *b, uint32_t cp)
{
	char s[4];
	size_t n;

	if (cp < 0x80) {
		s[0] = (char)cp;
		n = 1;
	} else if (cp < 0x800) {
		s[0] = (char)(0xc0 | cp >> 6);
		n = 2;
	} else if (cp < 0x10000) {
		s[0] = (char)(0xe0 | cp >> 12);
		s[1] = (char)(0x80 | (cp >> 6 & 0x3f));
		n = 3;
	} else {
		s[0] = (char)(0xf0 | cp >> 18);
		s[1] = (char)(0x80 | (cp >> 12 & 0x3f));
		s[2] = (char)(0x80 | (cp >> 6 & 0x3f));
		n = 4;
	}
	if (n > 1)
		s[n - 1] = (char)(0x80 | (cp & 0x3f));
	buf_add(b, s, n);
}

/* Most text is ASCII from end to end: eight bytes are looked at together. */
static size_t ascii_bytes(const char *s, size_t len)
{
	size_t at = 0;
	uint64_t word;

	for (; at + 8 <= len; at += 8) {
		memcpy(&word, s + at, 8);
		if (word & UINT64_C(0x8080808080808080))
			break;
	}
	return at;
}

size_t utf8_valid(const char *s, size_t len)
{
	size_t at = ascii_bytes(s, len), n;
	uint32_t cp;

	while (at < len && (n = utf8_decode(s + at, len - at, &cp)))
		at += n;
	return at;
}

const char *utf8_lossy(struct arena *a, const char *text)
{
	size_t len = strlen(text), at = 0;
	struct buf b;

	if (utf8_valid(text, len) == len)
		return text;
	b = buf_in(a);
	while (at < len) {
		size_t good = utf8_valid(text + at, len - at);

		buf_add(&b, text + at, good);
		at += good;
		if (at < len) {
			utf8_encode(&b, 0xfffd);
			at++;
		}
	}
	return b.data;
}

size_t utf8_count(const char *s, size_t len)
{
	size_t count = 0;

	for (size_t i = 0; i < len; i++)
		count += (s[i] & 0xc0) != 0x80;
	return count;
}

struct range {
	uint32_t first, last;
};

static bool within(const struct range *ranges, size_t count, uint32_t cp)
{
	for (size_t i = 0; i < count; i++)
		if (cp >= ranges[i].first && cp <= ranges[i].last)
			return true;
	return false;
}

size_t utf8_width(const char *s)
{
	/* The blocks that are wide (UAX #11) or combine; finer tables change nothing in a list. */
	static const struct range wide[] = {{0x1100, 0x115f}, {0x2e80, 0x303e}, {0x3041, 0xa4cf},
		{0xac00, 0xd7a3}, {0xf900, 0xfaff}, {0xfe30, 0xfe6f}, {0xff00, 0xff60},
		{0xffe0, 0xffe6}, {0x1f300, 0x1faff}, {0x20000, 0x3fffd}};
	static const struct range none[] = {{0x300, 0x36f}, {0x483, 0x489}, {0x591, 0x5bd},
		{0x610, 0x61a}, {0x64b, 0x65f}, {0x900, 0x902}, {0x93c, 0x93c}, {0x941, 0x948},
		{0x200b, 0x200f}, {0x20d0, 0x20f0}, {0xfe00, 0xfe0f}};
	size_t len = strlen(s), width = 0, n;
	uint32_t cp;

	for (size_t at = 0; at < len; at += n) {
		n = utf8_decode(s + at, len - at, &cp);
		if (!n) {
			n = 1;
			width++;
		} else if (!within(none, sizeof none / sizeof *none, cp)) {
			width += within(wide, sizeof wide / sizeof *wide, cp) ? 2 : 1;
		}
	}
	return width;
}

const char *utf8_plain(struct arena *a, const char *s, size_t len, bool lines)
{
	/* C0, DEL and C1; soft hyphen; zero-width, directional and tag characters. */
	static const struct range hidden[] = {{0, 0x1f}, {0x7f, 0x9f}, {0xad, 0xad},
		{0x61c, 0x61c}, {0x180e, 0x180e}, {0x200b, 0x200f}, {0x202a, 0x202e},
		{0x2060, 0x206f}, {0xfeff, 0xfeff}, {0xfff9, 0xfffb}, {0xe0000, 0xe007f}};
	struct buf out = buf_in(a);
	uint32_t cp;
	size_t n;

	for (size_t at = 0; at < len; at += n) {
		n = utf8_decode(s + at, len - at, &cp);
		if (!n) {
			n = 1;
			utf8_encode(&out, 0xfffd);
		} else if (cp == '\n' && lines) {
			buf_addc(&out, '\n');
		} else if (cp == '\t' || cp == '\n' || cp == '\r') {
			if (cp != '\r')
				buf_addc(&out, ' ');
		} else if (!within(hidden, sizeof hidden / sizeof *hidden, cp)) {
			buf_add(&out, s + at, n);
		}
	}
	return out.data;
}
