/* Lengths of time as people write them. */
#include "lib/content/length.h"

#include <math.h>
#include <string.h>
#include <strings.h>

struct length_scan {
	const char *s;
	size_t len, at;
};

static void skip_spaces(struct length_scan *l)
{
	while (l->at < l->len && (l->s[l->at] == ' ' || l->s[l->at] == '\t'))
		l->at++;
}

/* A decimal number without sign or exponent; strtod() would take "inf", "0x1" and a locale's
 * comma. */
static bool number(struct length_scan *l, double *value)
{
	size_t start = l->at;
	double scale = 1;
	bool point = false;

	*value = 0;
	for (; l->at < l->len && l->at - start < 12; l->at++) {
		char ch = l->s[l->at];

		if (ch == '.' && !point && l->at > start) {
			point = true;
			continue;
		}
		if (ch < '0' || ch > '9')
			break;
		*value = *value * 10 + (ch - '0');
		scale *= point ? 10 : 1;
	}
	*value /= scale;
	return l->at > start;
}

/* Seconds of the unit at the scan; 0 when there is none. */
static double unit(struct length_scan *l)
{
	static const struct {
		const char *word;
		double seconds;
	} units[] = {{"s", 1}, {"sec", 1}, {"secs", 1}, {"second", 1}, {"seconds", 1}, {"m", 60},
		{"min", 60}, {"mins", 60}, {"minute", 60}, {"minutes", 60}, {"h", 3600},
		{"hr", 3600}, {"hrs", 3600}, {"hour", 3600}, {"hours", 3600}, {"ms", 0.001}};
	size_t start, n;

	skip_spaces(l);
	start = l->at;
	while (l->at < l->len && (l->s[l->at] | 32) >= 'a' && (l->s[l->at] | 32) <= 'z')
		l->at++;
	n = l->at - start;
	for (size_t i = 0; i < sizeof units / sizeof *units; i++)
		if (strlen(units[i].word) == n && !strncasecmp(units[i].word, l->s + start, n)) {
			if (l->at < l->len && l->s[l->at] == '.')
				l->at++;
			return units[i].seconds;
		}
	l->at = start;
	return 0;
}

/* "-", an en dash or "to" between two numbers. */
static bool range_mark(struct length_scan *l)
{
	static const char *const marks[] = {"-", "\xe2\x80\x93", "to ", "\xe2\x80\x94"};

	skip_spaces(l);
	for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
		size_t n = strlen(marks[i]);

		if (l->len - l->at >= n && !strncasecmp(l->s + l->at, marks[i], n)) {
			l->at += n;
			skip_spaces(l);
			return true;
		}
	}
	return false;
}

/* "1:30" or "1:02:03" from behind the first number. */
static bool clock_rest(struct length_scan *l, double *value)
{
	double part, sum = *value;
	int parts = 1;

	while (parts < 3 && l->at < l->len && l->s[l->at] == ':') {
		l->at++;
		if (!number(l, &part) || part >= 60)
			return false;
		sum = sum * 60 + part;
		parts++;
	}
	*value = sum;
	return parts > 1;
}

/* One length: a clock, or numbers each with a unit; BARE when a lone number had none. */
static bool one(struct length_scan *l, double *seconds, bool *bare)
{
	double value, factor;

	*seconds = 0;
	*bare = false;
	if (!number(l, &value))
		return false;
	if (l->at < l->len && l->s[l->at] == ':') {
		if (!clock_rest(l, &value))
			return false;
		/* "2:00 minutes": the clock has said it already. */
		(void)unit(l);
		*seconds = value;
		return true;
	}
	factor = unit(l);
	*bare = factor == 0;
	*seconds = value * (factor == 0 ? 1 : factor);
	while (factor > 1) {
		struct length_scan before = *l;

		skip_spaces(l);
		if (!number(l, &value) || (factor = unit(l)) == 0) {
			*l = before;
			break;
		}
		*seconds += value * factor;
	}
	return true;
}

bool length_read(const char *text, size_t len, double *seconds)
{
	struct length_scan l = {.s = text, .len = len};
	double first, second;
	bool bare, second_bare = false;

	skip_spaces(&l);
	if (!one(&l, &first, &bare))
		return false;
	if (range_mark(&l)) {
		size_t from;

		if (!one(&l, &second, &second_bare))
			return false;
		/* The unit behind a range is that of both its ends. */
		if (bare && !second_bare) {
			struct length_scan u = {.s = text, .len = len};
			double plain;

			for (from = l.at; from && !(u.s[from - 1] >= '0' && u.s[from - 1] <= '9');)
				from--;
			u.at = from;
			plain = unit(&u);
			first *= plain > 0 ? plain : 1;
		}
		if (second < first)
			return false;
		first = (first + second) / 2;
	}
	skip_spaces(&l);
	if (l.at != l.len || !isfinite(first))
		return false;
	*seconds = first;
	return true;
}

enum fail length_parse(struct call *c, const char *text, double *seconds)
{
	double value;

	if (!length_read(text, strlen(text), &value) || value < 1)
		return fail(c, FAIL_INPUT,
			"the length \"%s\" is not understood: write it as 90s, 2 minutes, 1:30 or "
			"5-10 minutes", text);
	*seconds = value;
	return FAIL_NONE;
}

const char *length_text(struct call *c, double seconds)
{
	long whole = lround(seconds);
	long minutes = lround(seconds / 60);

	if (whole < 90)
		return arena_printf(&c->arena, "%ld second%s", whole, whole == 1 ? "" : "s");
	return arena_printf(&c->arena, "about %ld minutes", minutes);
}
