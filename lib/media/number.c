/* Numbers in English words: voices guess from the words around whether "2003" is a year, a count or
 * digits, and guess wrong. */
#include "lib/media/speakable.h"

#include <glib.h>
#include <string.h>

static const char *const small[] = {"zero", "one", "two", "three", "four", "five", "six", "seven",
	"eight", "nine", "ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen",
	"seventeen", "eighteen", "nineteen"};
static const char *const tens[] = {"", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy",
	"eighty", "ninety"};

static size_t digits_len(const char *p)
{
	return strspn(p, "0123456789");
}

size_t number_len(const char *p)
{
	size_t n = digits_len(p);

	while (n && p[n] == ',' && digits_len(p + n + 1) == 3)
		n += 4;
	if (p[n] == '.' && g_ascii_isdigit(p[n + 1]))
		n += 1 + digits_len(p + n + 1);
	return n;
}

bool number_is(const char *word)
{
	if (*word == '-' || *word == '+')
		word++;
	return *word && !word[number_len(word)];
}

/* 0 to 999 */
static void group_say(struct buf *b, unsigned n)
{
	if (n >= 100) {
		buf_addf(b, "%s hundred%s", small[n / 100], n % 100 ? " " : "");
		n %= 100;
		if (!n)
			return;
	}
	if (n < 20)
		buf_adds(b, small[n]);
	else
		buf_addf(b, "%s%s%s", tens[n / 10], n % 10 ? " " : "", n % 10 ? small[n % 10] : "");
}

static void whole_say(struct buf *b, uint64_t n)
{
	static const struct {
		uint64_t size;
		const char *name;
	} groups[] = {{1000000000000, "trillion"}, {1000000000, "billion"}, {1000000, "million"},
		{1000, "thousand"}};
	const char *space = "";

	for (size_t i = 0; i < 4; i++) {
		if (n < groups[i].size)
			continue;
		buf_adds(b, space);
		group_say(b, (unsigned)(n / groups[i].size));
		buf_addf(b, " %s", groups[i].name);
		n %= groups[i].size;
		space = " ";
	}
	if (n || !*space) {
		buf_adds(b, space);
		group_say(b, (unsigned)n);
	}
}

/* 1984: "nineteen eighty four"; 1905: "nineteen oh five"; 2003: "two thousand three". */
static void year_say(struct buf *b, unsigned year)
{
	unsigned rest = year % 100;

	if (year / 10 == 200) {
		whole_say(b, year);
		return;
	}
	group_say(b, year / 100);
	buf_adds(b, !rest ? " hundred" : rest < 10 ? " oh " : " ");
	if (rest)
		group_say(b, rest);
}

void number_say(struct buf *b, const char *number, size_t len)
{
	size_t whole = 0, digits = 0;
	bool comma = false;
	uint64_t n = 0;

	for (; whole < len && number[whole] != '.'; whole++) {
		comma |= number[whole] == ',';
		if (number[whole] == ',')
			continue;
		if (++digits <= 15)
			n = n * 10 + (uint64_t)(number[whole] - '0');
	}
	if (digits > 15 || (digits > 1 && number[0] == '0')) {
		/* Longer than any count, or a code: digit by digit. */
		for (size_t i = 0; i < whole; i++)
			if (number[i] != ',')
				buf_addf(b, "%s%s", i ? " " : "", small[number[i] - '0']);
	} else if (digits == 4 && !comma && whole == len && n >= 1900 && n < 2100) {
		year_say(b, (unsigned)n);
	} else if (digits) {
		whole_say(b, n);
	}
	if (whole < len)
		buf_adds(b, digits ? " point" : "point");
	for (size_t i = whole + 1; i < len; i++)
		buf_addf(b, " %s", small[number[i] - '0']);
}

void decade_say(struct buf *b, unsigned decade)
{
	const char *ten = tens[decade % 100 / 10];

	if (decade >= 100 && decade != 2000) {
		group_say(b, decade / 100);
		buf_addc(b, ' ');
	}
	if (decade % 100 == 0)
		buf_adds(b, decade == 2000 ? "two thousands" : "hundreds");
	else if (decade % 100 == 10)
		buf_adds(b, "tens");
	else
		buf_addf(b, "%.*sies", (int)strlen(ten) - 1, ten);
}
