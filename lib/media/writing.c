/* Writing systems: which letters a voice's language can speak. */
#include "lib/media/speakable.h"

#include <glib.h>
#include <string.h>

/* A script, the languages of espeak-ng written in it, and the voice to offer for it. */
struct writing {
	GUnicodeScript script;
	const char *name, *languages, *offer;
};
static const struct writing writings[] = {
	{G_UNICODE_SCRIPT_HIRAGANA, "Japanese", "ja", "espeak:ja"},
	{G_UNICODE_SCRIPT_KATAKANA, "Japanese", "ja", "espeak:ja"},
	{G_UNICODE_SCRIPT_HAN, "Chinese", "cmn yue hak ja", "espeak:cmn"},
	{G_UNICODE_SCRIPT_HANGUL, "Korean", "ko", "espeak:ko"},
	{G_UNICODE_SCRIPT_CYRILLIC, "Cyrillic", "ru uk be bg mk sr kk ky tt ba cv bs az uz nog",
		"espeak:ru"},
	{G_UNICODE_SCRIPT_GREEK, "Greek", "el grc", "espeak:el"},
	{G_UNICODE_SCRIPT_ARABIC, "Arabic", "ar fa ur sd ug ku", "espeak:ar"},
	{G_UNICODE_SCRIPT_HEBREW, "Hebrew", "he", "espeak:he"},
	{G_UNICODE_SCRIPT_DEVANAGARI, "Devanagari", "hi mr ne kok", "espeak:hi"},
	{G_UNICODE_SCRIPT_BENGALI, "Bengali", "bn as bpy", "espeak:bn"},
	{G_UNICODE_SCRIPT_GUJARATI, "Gujarati", "gu", "espeak:gu"},
	{G_UNICODE_SCRIPT_GURMUKHI, "Gurmukhi", "pa", "espeak:pa"},
	{G_UNICODE_SCRIPT_TAMIL, "Tamil", "ta", "espeak:ta"},
	{G_UNICODE_SCRIPT_TELUGU, "Telugu", "te", "espeak:te"},
	{G_UNICODE_SCRIPT_KANNADA, "Kannada", "kn", "espeak:kn"},
	{G_UNICODE_SCRIPT_MALAYALAM, "Malayalam", "ml", "espeak:ml"},
	{G_UNICODE_SCRIPT_ORIYA, "Odia", "or", "espeak:or"},
	{G_UNICODE_SCRIPT_SINHALA, "Sinhala", "si", "espeak:si"},
	{G_UNICODE_SCRIPT_THAI, "Thai", "th", "espeak:th"},
	{G_UNICODE_SCRIPT_MYANMAR, "Burmese", "my shn", "espeak:my"},
	{G_UNICODE_SCRIPT_GEORGIAN, "Georgian", "ka", "espeak:ka"},
	{G_UNICODE_SCRIPT_ARMENIAN, "Armenian", "hy hyw", "espeak:hy"},
	{G_UNICODE_SCRIPT_ETHIOPIC, "Ethiopic", "am", "espeak:am"},
	{G_UNICODE_SCRIPT_CHEROKEE, "Cherokee", "chr", "espeak:chr-US-Qaaa-x-west"},
};

bool writing_unspaced(unsigned code_point)
{
	switch (g_unichar_get_script(code_point)) {
	case G_UNICODE_SCRIPT_HAN:
	case G_UNICODE_SCRIPT_HIRAGANA:
	case G_UNICODE_SCRIPT_KATAKANA:
		return true;
	default:
		return false;
	}
}

/* LIST holds the primary part of LANGUAGE ("en" of "en-gb+f3") between spaces. */
static bool language_in(const char *list, const char *language)
{
	size_t len = strcspn(language, "-+");

	for (const char *p = list; *p; p += strspn(p, " ")) {
		size_t n = strcspn(p, " ");

		if (n == len && !g_ascii_strncasecmp(p, language, n))
			return true;
		p += n;
	}
	return false;
}

static enum fail letter_check(struct call *c, const struct speakable_voice *voice, gunichar cp)
{
	GUnicodeScript script = g_unichar_get_script(cp);

	if (script == G_UNICODE_SCRIPT_LATIN || script == G_UNICODE_SCRIPT_COMMON ||
		script == G_UNICODE_SCRIPT_INHERITED)
		return FAIL_NONE;
	for (size_t i = 0; i < G_N_ELEMENTS(writings); i++) {
		if (writings[i].script != script)
			continue;
		if (!voice->ascii && language_in(writings[i].languages, voice->language))
			return FAIL_NONE;
		return fail(c, FAIL_INPUT, "the voice %s cannot speak %s letters: choose the voice "
			"%s for this text", voice->name, writings[i].name, writings[i].offer);
	}
	return fail(c, FAIL_INPUT, "no voice here can speak the letter U+%04X: write it another way",
		(unsigned)cp);
}

static bool is_greek(gunichar cp)
{
	return g_unichar_get_script(cp) == G_UNICODE_SCRIPT_GREEK;
}

/* A text that mixes kana and Chinese characters is Japanese: kana decide what is offered. One Greek
 * letter by itself is a symbol that English has a name for. */
enum fail writing_check(struct call *c, const struct speakable_voice *voice, const char *text)
{
	gunichar han = 0, before = 0;

	for (const char *p = text; *p; p = g_utf8_next_char(p)) {
		gunichar cp = g_utf8_get_char(p), after = g_utf8_get_char(g_utf8_next_char(p));
		bool alone = !is_greek(before) && !is_greek(after);

		before = cp;
		if (!g_unichar_isalpha(cp) || (alone && english_symbol(cp)))
			continue;
		if (g_unichar_get_script(cp) == G_UNICODE_SCRIPT_HAN)
			han = han ? han : cp;
		else
			TRY(letter_check(c, voice, cp));
	}
	return han ? letter_check(c, voice, han) : FAIL_NONE;
}
