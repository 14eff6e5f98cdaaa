/* English: how symbols, abbreviations, links and quantities are said. */
#include "lib/media/speakable.h"

#include <glib.h>
#include <string.h>

struct symbol {
	unsigned cp;
	const char *said;
};
/* Units and currencies become ASCII forms that the readers below know. */
static const struct symbol symbols[] = {
	{0xb0, "deg"}, {0xb5, "u"}, {0x3bc, "u"}, {0x20ac, "EUR"}, {0xa3, "GBP"}, {0xa5, "JPY"},
	{0x20b9, "INR"},
	{0xa2, " cents"}, {0x2018, "'"}, {0x2019, "'"}, {0x2032, "'"}, {0x2010, "-"}, {0x2011, "-"},
	{0x2012, "-"}, {0x2013, "-"}, {0x2212, "-"}, {0x2044, "/"}, {0xd7, " times "},
	{0xf7, " divided by "}, {0xb1, " plus or minus "}, {0x2248, " about "}, {0x2260, " is not "},
	{0x2264, " at most "}, {0x2265, " at least "}, {0x2192, " to "}, {0x221e, " infinity"},
	{0x2030, " per mille"}, {0xa7, " section "}, {0xbd, " one half"}, {0xbc, " one quarter"},
	{0xbe, " three quarters"}, {0xa9, ""}, {0xae, ""}, {0x2122, ""}, {0xad, ""}, {0x200b, ""},
	{0x3b1, " alpha "}, {0x3b2, " beta "}, {0x3b3, " gamma "}, {0x3b4, " delta "},
	{0x394, " delta "}, {0x3b5, " epsilon "}, {0x3b8, " theta "}, {0x3bb, " lambda "},
	{0x3c0, " pi "}, {0x3c1, " rho "}, {0x3c3, " sigma "}, {0x3a3, " sigma "},
	{0x3c4, " tau "}, {0x3c6, " phi "}, {0x3c9, " omega "}, {0x3a9, " omega "},
};

const char *english_symbol(unsigned cp)
{
	for (size_t i = 0; i < G_N_ELEMENTS(symbols); i++)
		if (symbols[i].cp == cp)
			return symbols[i].said;
	return NULL;
}

struct abbreviation {
	const char *written;      /* in any case, unless it starts with a capital: "no" is a word */
	const char *said;
	bool numbered;            /* only in front of a number */
};
static const struct abbreviation abbreviations[] = {
	{"e.g", "for example"}, {"i.e", "that is"}, {"etc", "et cetera"}, {"vs", "versus"},
	{"approx", "approximately"}, {"No", "number", true}, {"Nos", "numbers", true},
	{"fig", "figure", true}, {"p", "page", true}, {"pp", "pages", true}, {"ch", "chapter", true},
	{"vol", "volume", true}, {"prof", "professor"}, {"mr", "mister"}, {"mrs", "missus"},
	{"ms", "miz"}, {"dept", "department"}, {"govt", "government"}, {"inc", "incorporated"},
	{"ltd", "limited"}, {"corp", "corporation"}, {"w/", "with"}, {"w/o", "without"},
	{"jan", "January", true}, {"feb", "February", true}, {"apr", "April", true},
	{"jun", "June", true}, {"jul", "July", true}, {"aug", "August", true},
	{"sep", "September", true}, {"sept", "September", true}, {"oct", "October", true},
	{"nov", "November", true}, {"dec", "December", true},
};

/* Acronyms that are spelled although their letters could be read as a word. */
static const char spelled[] = " AI API APIs CEO CTO CFO COO EU UK UN US USA USB URL URLs UI IP "
	"ID IO OS IPO CPU GPU AWS UX IQ UFO EV EVs LED OECD IBM ";

static const struct abbreviation *abbreviation_find(const char *word)
{
	for (size_t i = 0; i < G_N_ELEMENTS(abbreviations); i++) {
		const struct abbreviation *a = &abbreviations[i];
		bool exact = g_ascii_isupper(a->written[0]);

		if (!(exact ? strcmp(a->written, word) : g_ascii_strcasecmp(a->written, word)))
			return a;
	}
	return NULL;
}

bool english_shortened(const char *word)
{
	return strchr(word, '.') || (g_ascii_isupper(word[0]) && !word[1]) ||
		abbreviation_find(word);
}

static bool read_abbreviation(const struct reading *r)
{
	const struct abbreviation *a = abbreviation_find(r->word);

	if (!a || (a->numbered && !number_is(r->after)))
		return false;
	buf_adds(r->said, a->said);
	return true;
}

/* "U.S", "J.R.R" */
static bool read_initials(const struct reading *r)
{
	const char *p = r->word;

	for (; g_ascii_isalpha(p[0]) && p[1] == '.'; p += 2)
		;
	if (p == r->word || !g_ascii_isalpha(p[0]) || p[1])
		return false;
	for (p = r->word; *p; p++)
		if (*p != '.')
			buf_addf(r->said, "%s%c", p == r->word ? "" : " ", g_ascii_toupper(*p));
	return true;
}

/* "https://www.example.com/talks?x=1", "me@example.org", "example.com": host and short path. */
static bool read_link(const struct reading *r)
{
	size_t name = strspn(r->word, "abcdefghijklmnopqrstuvwxyz"), len, path;
	bool scheme = name && g_str_has_prefix(r->word + name, "://");
	const char *host = scheme ? r->word + name + 3 : r->word;

	if (g_str_has_prefix(host, "www."))
		host += 4;
	if (!g_ascii_isalnum(host[0]))
		return false;
	len = strcspn(host, "/?#");
	path = len + strcspn(host + len, "?#");
	if (path > len && host[path - 1] == '/')
		path--;
	if (path - len > 24 || path < len)
		path = len;
	if (!scheme) {
		const char *dot = memrchr(host, '.', len);

		if (!dot || dot == host || strspn(dot + 1, "abcdefghijklmnopqrstuvwxyz") < 2 ||
			dot + 1 + strspn(dot + 1, "abcdefghijklmnopqrstuvwxyz") != host + len)
			return false;
	}
	for (size_t i = 0; i < path; i++) {
		switch (host[i]) {
		case '.': buf_adds(r->said, " dot "); break;
		case '/': buf_adds(r->said, " slash "); break;
		case '@': buf_adds(r->said, " at "); break;
		case '-': case '_': case '~': case '%': buf_addc(r->said, ' '); break;
		default: buf_addc(r->said, host[i]);
		}
	}
	return true;
}

static bool read_acronym(const struct reading *r)
{
	size_t len = strlen(r->word);
	const char *found = len > 1 ? strstr(spelled, r->word) : NULL;

	if (!r->spell || !found || found[-1] != ' ' || found[len] != ' ')
		return false;
	for (size_t i = 0; i < len; i++)
		buf_addf(r->said, "%s%c", i && g_ascii_isupper(r->word[i]) ? " " : "", r->word[i]);
	return true;
}

/* "1/2", "3/4" as voices know them. */
static bool read_fraction(const struct reading *r)
{
	const char *w = r->word;

	if (!g_ascii_isdigit(w[0]) || w[1] != '/' || !g_ascii_isdigit(w[2]) || w[3])
		return false;
	buf_adds(r->said, w);
	return true;
}

/* Any other word: signs inside it are said, or part it. */
static bool read_plain(const struct reading *r)
{
	static const struct symbol signs[] = {
		{'&', " and "}, {'@', " at "}, {'=', " equals "}, {'+', " plus "}, {'%', " percent"},
		{'<', " less than "}, {'>', " greater than "}, {'$', " dollars "}, {'#', " "},
		{'/', " "}, {'\\', " "}, {'_', " "}, {'*', " "}, {'~', " "}, {'^', " "}, {'|', " "},
		{'`', ""}, {'"', ""}, {'(', " "}, {')', " "}, {'[', " "}, {']', " "}, {'{', " "},
		{'}', " "}, {'.', ", "}, {',', ", "}, {';', ", "}, {':', ", "}, {'!', ", "},
		{'?', ", "},
	};
	const char *word = r->word;

	if (word[0] == '#' && g_ascii_isdigit(word[1]))
		buf_adds(r->said, "number ");
	for (const char *p = word; *p; p++) {
		size_t n = p > word && g_ascii_isalnum(p[-1]) ? 0 : number_len(p);
		const char *said = NULL;

		if (n && !g_ascii_isalpha(p[n])) {
			number_say(r->said, p, n);
			p += n - 1;
			continue;
		}
		for (size_t i = 0; i < G_N_ELEMENTS(signs); i++)
			if (signs[i].cp == (unsigned char)*p)
				said = signs[i].said;
		if (said)
			buf_adds(r->said, said);
		else
			buf_addc(r->said, *p);
	}
	return true;
}

void english_read(const struct reading *r)
{
	static bool (*const readers[])(const struct reading *r) = {
		quantity_read, read_abbreviation, read_initials, read_link, read_fraction,
		read_acronym, read_plain,
	};

	for (size_t i = 0; i < G_N_ELEMENTS(readers) && !readers[i](r); i++)
		;
}
