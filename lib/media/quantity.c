/* English quantities: numbers with units, money, dates, times, ranges, versions. */
#include "lib/media/speakable.h"

#include <glib.h>
#include <stdio.h>
#include <string.h>

#define DIGITS "0123456789"

struct unit {
	const char *sign, *one, *many;
};
/* "in", "s" and single capital letters are left out: behind a number they are as often words. */
static const struct unit units[] = {
	{"kg", "kilogram", "kilograms"}, {"g", "gram", "grams"}, {"mg", "milligram", "milligrams"},
	{"lb", "pound", "pounds"}, {"lbs", "pound", "pounds"}, {"oz", "ounce", "ounces"},
	{"km", "kilometer", "kilometers"}, {"m", "meter", "meters"},
	{"cm", "centimeter", "centimeters"}, {"mm", "millimeter", "millimeters"},
	{"um", "micrometer", "micrometers"}, {"nm", "nanometer", "nanometers"},
	{"mi", "mile", "miles"}, {"ft", "foot", "feet"},
	{"m2", "square meter", "square meters"}, {"km2", "square kilometer", "square kilometers"},
	{"m3", "cubic meter", "cubic meters"}, {"ha", "hectare", "hectares"},
	{"l", "liter", "liters"}, {"L", "liter", "liters"}, {"ml", "milliliter", "milliliters"},
	{"km/h", "kilometer per hour", "kilometers per hour"},
	{"MB/s", "megabyte per second", "megabytes per second"},
	{"GB/s", "gigabyte per second", "gigabytes per second"},
	{"m/s", "meter per second", "meters per second"},
	{"mph", "mile per hour", "miles per hour"}, {"ms", "millisecond", "milliseconds"},
	{"min", "minute", "minutes"}, {"hr", "hour", "hours"}, {"hrs", "hour", "hours"},
	{"h", "hour", "hours"}, {"sec", "second", "seconds"},
	{"W", "watt", "watts"}, {"kW", "kilowatt", "kilowatts"}, {"MW", "megawatt", "megawatts"},
	{"GW", "gigawatt", "gigawatts"}, {"kWh", "kilowatt hour", "kilowatt hours"},
	{"MWh", "megawatt hour", "megawatt hours"}, {"TWh", "terawatt hour", "terawatt hours"},
	{"Hz", "hertz", "hertz"}, {"kHz", "kilohertz", "kilohertz"},
	{"MHz", "megahertz", "megahertz"}, {"GHz", "gigahertz", "gigahertz"},
	{"kB", "kilobyte", "kilobytes"}, {"KB", "kilobyte", "kilobytes"},
	{"MB", "megabyte", "megabytes"}, {"GB", "gigabyte", "gigabytes"},
	{"TB", "terabyte", "terabytes"}, {"Mbps", "megabit per second", "megabits per second"},
	{"Gbps", "gigabit per second", "gigabits per second"}, {"dB", "decibel", "decibels"},
	{"fps", "frame per second", "frames per second"}, {"px", "pixel", "pixels"},
	{"deg", "degree", "degrees"}, {"degC", "degree Celsius", "degrees Celsius"},
	{"degF", "degree Fahrenheit", "degrees Fahrenheit"}, {"%", "percent", "percent"},
	{"x", "time", "times"}, {"am", "am", "am"}, {"AM", "am", "am"}, {"a.m", "am", "am"},
	{"pm", "p m", "p m"}, {"PM", "p m", "p m"}, {"p.m", "p m", "p m"},
	{"k", "thousand", "thousand"}, {"K", "thousand", "thousand"}, {"M", "million", "million"},
	{"bn", "billion", "billion"}, {"B", "billion", "billion"}, {"tn", "trillion", "trillion"},
};

struct currency {
	const char *sign, *one, *many, *part;
};
static const struct currency currencies[] = {
	{"$", "dollar", "dollars", "cents"}, {"US$", "dollar", "dollars", "cents"},
	{"USD", "dollar", "dollars", "cents"}, {"EUR", "euro", "euros", "cents"},
	{"GBP", "pound", "pounds", "pence"}, {"JPY", "yen", "yen", "sen"},
	{"INR", "rupee", "rupees", "paise"}, {"CHF", "franc", "francs", "centimes"},
};

static const char *const months[] = {"January", "February", "March", "April", "May", "June", "July",
	"August", "September", "October", "November", "December"};

static bool ends_in_number(const char *word)
{
	size_t len = strlen(word);

	return len && g_ascii_isdigit(word[len - 1]);
}

static bool is_one(const char *number, size_t len)
{
	return len == 1 && *number == '1';
}

static const struct unit *unit_find(const char *sign)
{
	for (size_t i = 0; i < G_N_ELEMENTS(units); i++)
		if (!strcmp(units[i].sign, sign))
			return &units[i];
	return NULL;
}

/* The currency whose sign WORD is, or starts with before a digit. */
static const struct currency *currency_find(const char *word, size_t *len)
{
	for (size_t i = 0; i < G_N_ELEMENTS(currencies); i++) {
		size_t n = strlen(currencies[i].sign);

		if (strncmp(word, currencies[i].sign, n) || (word[n] && !g_ascii_isdigit(word[n])))
			continue;
		*len = n;
		return &currencies[i];
	}
	return NULL;
}

static bool is_scale(const char *word)
{
	return g_str_equal(word, "thousand") || g_str_equal(word, "million") ||
		g_str_equal(word, "billion") || g_str_equal(word, "trillion");
}

/* "$5", "EUR1,250.50", "$3" before "million", "$5M". */
static bool read_money(const struct reading *r)
{
	size_t sign, n;
	const struct currency *currency = currency_find(r->word, &sign);
	const char *number, *rest, *point;
	const struct unit *scale;

	if (!currency || !r->word[sign])
		return false;
	number = r->word + sign;
	n = number_len(number);
	rest = number + n;
	scale = *rest ? unit_find(rest) : NULL;
	if (*rest && !scale)
		return false;
	point = memchr(number, '.', n);
	if (!scale && !is_scale(r->after) && point && number + n - point == 3) {
		size_t whole = (size_t)(point - number), zero = point[1] == '0';

		number_say(r->said, number, whole);
		buf_addf(r->said, " %s ", is_one(number, whole) ? currency->one : currency->many);
		if (strncmp(point, ".00", 3)) {
			number_say(r->said, point + 1 + zero, 2 - zero);
			buf_addf(r->said, " %s", currency->part);
		}
		return true;
	}
	number_say(r->said, number, n);
	if (scale)
		buf_addf(r->said, " %s", scale->many);
	if (!is_scale(r->after))
		buf_addf(r->said, " %s",
			!scale && is_one(number, n) ? currency->one : currency->many);
	return true;
}

/* "million" behind "$3", "EUR" behind "5", "kg" behind "12". */
static bool read_behind_number(const struct reading *r)
{
	size_t sign;
	const struct currency *currency = currency_find(r->before, &sign);
	const struct unit *unit = unit_find(r->word);

	if (currency && r->before[sign] && is_scale(r->word)) {
		buf_addf(r->said, "%s %s", r->word, currency->many);
		return true;
	}
	if (!ends_in_number(r->before))
		return false;
	currency = currency_find(r->word, &sign);
	if (currency && !r->word[sign]) {
		buf_adds(r->said, g_str_equal(r->before, "1") ? currency->one : currency->many);
		return true;
	}
	if (!unit || currency_find(r->before, &sign))
		return false;
	buf_adds(r->said, g_str_equal(r->before, "1") ? unit->one : unit->many);
	return true;
}

/* "2026-11-20" */
static bool read_date(const struct reading *r)
{
	unsigned year, month, day;
	int end = 0;

	if (strlen(r->word) != 10 ||
		sscanf(r->word, "%4u-%2u-%2u%n", &year, &month, &day, &end) != 3 ||
		end != 10 || month < 1 || month > 12 || day < 1 || day > 31)
		return false;
	buf_addf(r->said, "%s %u %u", months[month - 1], day, year);
	return true;
}

/* "5-10%": said as a range when it rises, else as two numbers. */
static bool read_range(const struct reading *r)
{
	size_t n = number_len(r->word), m;
	const char *second = r->word + n + 1, *rest;
	const struct unit *unit;
	size_t sign = 0;
	bool rises;

	if (!n || r->word[n] != '-')
		return false;
	if (currency_find(second, &sign))
		second += sign;
	m = number_len(second);
	rest = second + m;
	unit = unit_find(rest);
	if (!m || (*rest && !unit))
		return false;
	number_say(r->said, r->word, n);
	rises = g_ascii_strtod(second, NULL) > g_ascii_strtod(r->word, NULL);
	buf_adds(r->said, rises ? " to " : " ");
	number_say(r->said, second, m);
	if (unit)
		buf_addf(r->said, " %s", unit->many);
	return true;
}

/* "10:30", "10:30am" as voices know them; "3:1" */
static bool read_time(const struct reading *r)
{
	size_t n = strspn(r->word, DIGITS), m;
	const struct unit *unit;

	if (!n || r->word[n] != ':')
		return false;
	m = strspn(r->word + n + 1, DIGITS);
	unit = unit_find(r->word + n + 1 + m);
	if (!m || (r->word[n + 1 + m] && !unit))
		return false;
	if (m == 2) {
		buf_add(r->said, r->word, n + 1 + m);
	} else {
		number_say(r->said, r->word, n);
		buf_adds(r->said, " to ");
		number_say(r->said, r->word + n + 1, m);
	}
	if (unit)
		buf_addf(r->said, " %s", unit->many);
	return true;
}

/* "1.2.3", "v2.0": each part is a number. */
static bool read_version(const struct reading *r)
{
	const char *p = r->word + (r->word[0] == 'v');
	size_t points = 0, n;

	if (strspn(p, DIGITS ".") != strlen(p) || !g_ascii_isdigit(*p))
		return false;
	for (const char *q = p; *q; q++)
		points += *q == '.';
	if (points < 2 && p == r->word)
		return false;
	buf_adds(r->said, p > r->word ? "version " : "");
	for (; *p; p += n + (p[n] == '.')) {
		n = strcspn(p, ".");
		number_say(r->said, p, n);
		buf_adds(r->said, p[n] ? " point " : "");
	}
	return true;
}

static bool is_month(const char *word)
{
	for (size_t i = 0; i < G_N_ELEMENTS(months); i++)
		if (g_str_has_prefix(months[i], word) && strlen(word) >= 3)
			return true;
	return false;
}

/* "12", "12kg", "3.5%", "-5", "1990s", "1st", "2 one half". A day behind its month stays a figure:
 * voices make "fifth" of it. */
static bool read_number(const struct reading *r)
{
	const char *word = r->word, *rest, *sign = "";
	const struct unit *unit;
	size_t n;

	if (*word == '-' || *word == '+')
		sign = *word++ == '-' ? "minus " : "plus ";
	n = number_len(word);
	rest = word + n;
	unit = unit_find(rest);
	if (!n)
		return false;
	if (g_str_equal(rest, "s") && (n == 2 || n == 4) && rest[-1] == '0') {
		decade_say(r->said, (unsigned)g_ascii_strtoull(word, NULL, 10));
		return true;
	}
	if (*rest && !unit && !g_str_has_suffix(rest, " one half") &&
		!g_str_has_suffix(rest, " one quarter"))
		return false;
	buf_adds(r->said, sign);
	if (!*rest && !*sign && n <= 2 && is_month(r->before))
		buf_add(r->said, word, n);
	else
		number_say(r->said, word, n);
	if (unit)
		buf_addf(r->said, " %s", is_one(word, n) ? unit->one : unit->many);
	else if (*rest)
		buf_addf(r->said, " and a%s", rest + 4);
	return true;
}

bool quantity_read(const struct reading *r)
{
	static bool (*const readers[])(const struct reading *r) = {
		read_money, read_behind_number, read_date, read_range, read_time, read_version,
		read_number,
	};

	for (size_t i = 0; i < G_N_ELEMENTS(readers); i++)
		if (readers[i](r))
			return true;
	return false;
}
