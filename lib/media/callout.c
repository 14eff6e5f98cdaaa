/* Callout: a number in a sentence that is worth showing large. */
#include "lib/media/callout.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "lib/base/buf.h"

#define LABEL_WORDS 5

static const char *const scales[] = {"percent", "thousand", "million", "billion", "trillion",
	"times", "degrees", "kilowatts", "kilowatt-hours", "megawatts", "gigawatts", "terawatts",
	"kilometres", "kilometers", "miles", "metres", "meters", "tonnes", "tons", "dollars",
	"euros", "hours", "minutes", "years", "days"};

static bool ends_clause(const struct token *t)
{
	return t->len && strchr(".,;:!?)", t->text[t->len - 1]);
}

/* Bytes of T without the punctuation around it. */
static size_t bare(const struct token *t, size_t *from)
{
	size_t len = t->len;

	*from = t->len && strchr("(\"'", t->text[0]) ? 1 : 0;
	while (len > *from && strchr(".,;:!?)\"'", t->text[len - 1]))
		len--;
	return len - *from;
}

static bool is_scale(const struct token *t)
{
	size_t from, len = bare(t, &from);

	for (size_t i = 0; i < sizeof scales / sizeof *scales; i++)
		if (strlen(scales[i]) == len && !strncasecmp(t->text + from, scales[i], len))
			return true;
	return false;
}

/* Digits make a number when nothing but signs of amounts stand around them. */
static bool is_amount(const struct token *t, bool scaled)
{
	static const char signs[] = "0123456789.,%$-+/";
	size_t from, len = bare(t, &from), digits = 0;
	bool marked = scaled, plain = true;

	for (size_t i = from; i < from + len; i++) {
		unsigned char ch = (unsigned char)t->text[i];

		digits += isdigit(ch) != 0;
		plain = plain && isdigit(ch);
		marked = marked || ch == '%' || ch == '$' || ch == 'x' || ch >= 0x80;
		/* "10x" is an amount, "4x4" is none. */
		if (ch < 0x80 && !strchr(signs, ch) && (ch != 'x' || i + 1 < from + len))
			return false;
	}
	if (plain && digits == 4 && !scaled && atoi(t->text + from) >= 1500 &&
		atoi(t->text + from) < 2200)
		return false;
	return digits > 0 && (marked || digits > 1);
}

bool callout_find(struct call *c, const struct tokens *tokens, struct callout *out)
{
	for (size_t i = 0; i < tokens->count; i++) {
		const struct token *t = &tokens->token[i];
		bool scaled = !ends_clause(t) && i + 1 < tokens->count && is_scale(t + 1);
		size_t from, len, last = i + scaled;
		struct buf value = buf_in(&c->arena), label = buf_in(&c->arena);

		if (!is_amount(t, scaled))
			continue;
		len = bare(t, &from);
		buf_add(&value, t->text + from, len);
		if (scaled) {
			len = bare(t + 1, &from);
			buf_addf(&value, " %.*s", (int)len, t[1].text + from);
		}
		for (size_t w = last + 1; w < tokens->count && w <= last + LABEL_WORDS &&
				!ends_clause(&tokens->token[w - 1]); w++) {
			len = bare(&tokens->token[w], &from);
			buf_addf(&label, "%s%.*s", label.len ? " " : "", (int)len,
				tokens->token[w].text + from);
		}
		*out = (struct callout){value.data, label.data, i};
		return true;
	}
	return false;
}
