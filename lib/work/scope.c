/* Scopes as OAuth writes them. */
#include "lib/work/scope.h"

#include <string.h>

#include "lib/op/op.h"
#include "lib/policy/oauth.h"

static bool is_role(const char *word)
{
	return !strcmp(role_word(role_of(word)), word);
}

/* The next word of *TEXT behind commas and spaces, or NULL. */
static char *next_word(struct call *c, const char **text)
{
	const char *from = *text + strspn(*text, ", ");
	size_t len = strcspn(from, ", ");

	*text = from + len;
	return len ? arena_memdup(&c->arena, from, len) : NULL;
}

static enum fail add(struct call *c, struct buf *b, char *word, const char *neither)
{
	char *shown = arena_strdup(&c->arena, word);

	for (char *p = word; *p; p++)
		if (*p == '_')
			*p = ' ';
	if (!op_covers(word))
		return fail(c, FAIL_INPUT, "\"%s\" is neither %san operation nor the noun of some; trae "
			"operations lists them", shown, neither);
	buf_addf(b, "%s%s", b->len ? "," : "", word);
	if (b->len > KEY_SCOPES_CHARS)
		return fail(c, FAIL_INPUT, "too many operations are named");
	return FAIL_NONE;
}

enum fail scope_read(struct call *c, const char *text, struct scope *out)
{
	struct scope s = {.role = ROLE_VIEWER};
	struct buf b = buf_in(&c->arena);
	char *word;

	c->error = "invalid_scope";
	while (text && (word = next_word(c, &text))) {
		if (!strcmp(word, "offline_access"))
			continue;
		s.given = true;
		if (!is_role(word))
			TRY(add(c, &b, word, "a role nor "));
		else if (role_of(word) > s.role)
			s.role = role_of(word);
	}
	c->error = NULL;
	s.scopes = b.len ? b.data : NULL;
	*out = s;
	return FAIL_NONE;
}

enum fail scope_words(struct call *c, const char *const *words, const char **out)
{
	struct buf b = buf_in(&c->arena);

	*out = NULL;
	if (!words)
		return FAIL_NONE;
	if (!words[0])
		return fail(c, FAIL_USAGE, "scopes: name at least one operation or noun, or leave "
			"them out for all that the role may");
	for (; *words; words++)
		if (add(c, &b, arena_strdup(&c->arena, *words), "") != FAIL_NONE) {
			fail_context(c, "scopes");
			return FAIL_USAGE;
		}
	*out = b.data;
	return FAIL_NONE;
}

enum fail scope_list(struct call *c, const char *text, const char **out)
{
	struct buf b = buf_in(&c->arena);
	char *word;

	while (text && (word = next_word(c, &text)))
		TRY(add(c, &b, word, ""));
	*out = b.len ? b.data : NULL;
	return FAIL_NONE;
}

const char *scope_text(struct call *c, enum role role, const char *scopes)
{
	char *text = arena_printf(&c->arena, "%s%s%s", role_word(role), scopes ? "," : "",
		scopes ? scopes : "");

	for (char *p = text; *p; p++)
		*p = *p == ' ' ? '_' : *p == ',' ? ' ' : *p;
	return text;
}
