/* Client metadata (RFC 7591 2), as a document at the URL that is the client's id. */
#include <string.h>

#include "lib/net/guard.h"
#include "lib/policy/oauth.h"

bool oauth_is_document(const char *id)
{
	return !strncmp(id, "https://", 8) || !strncmp(id, "http://", 7);
}

static bool has_dots(const char *path)
{
	for (; path; path = strchr(path + 1, '/'))
		if (!strncmp(path, "/./", 3) || !strncmp(path, "/../", 4) || !strcmp(path, "/.") ||
			!strcmp(path, "/.."))
			return true;
	return false;
}

enum fail oauth_document_check(struct call *c, const char *id, bool owner_named)
{
	struct guard_url url;
	const char *path;

	TRY(guard_url(c, id, &url));
	path = strchr(strstr(id, "//") + 2, '/');
	if ((!url.https && !owner_named) || strlen(id) > OAUTH_URL_CHARS || !path || !path[1] ||
		strchr(id, '#') || has_dots(path))
		return fail(c, FAIL_INPUT, "a client_id that is a URL is https, with a path without dot "
			"segments and without a fragment");
	return FAIL_NONE;
}

static bool only_texts(const json_t *list)
{
	size_t i;
	json_t *value;

	json_array_foreach((json_t *)list, i, value)
		if (!json_is_string(value))
			return false;
	return json_is_array(list);
}

enum fail oauth_document_read(struct call *c, const char *id, const char *text, size_t len,
	struct oauth_client *out)
{
	const json_t *redirects;
	const char **list;
	json_t *j = NULL;

	TRY(json_parse(c, text, len, &j));
	json_keep(c, j);
	redirects = json_object_get(j, "redirect_uris");
	if (strcmp(json_member_text(j, "client_id", ""), id))
		return fail(c, FAIL_INPUT, "the client's document does not name its own URL as client_id");
	if (!only_texts(redirects) || json_array_size(redirects) > OAUTH_REDIRECTS)
		return fail(c, FAIL_INPUT, "the client's document has no redirect_uris");
	if (json_object_get(j, "client_secret") ||
		strcmp(json_member_text(j, "token_endpoint_auth_method", "none"), "none"))
		return fail(c, FAIL_INPUT, "a client with a document is taken without a secret or key of "
			"its own only (token_endpoint_auth_method none)");
	list = ARENA_NEW(&c->arena, const char *, json_array_size(redirects) + 1);
	for (size_t i = 0; i < json_array_size(redirects); i++)
		list[i] = json_string_value(json_array_get(redirects, i));
	*out = (struct oauth_client){.id = arena_strdup(&c->arena, id), .redirects = list,
		.name = json_member_text(j, "client_name", id), .auth = "none"};
	return FAIL_NONE;
}
