/* Document: what a caller named, fetched or read, as a page. */
#include "lib/work/document.h"

#include <string.h>
#include <strings.h>

#include "lib/config/config.h"
#include "lib/model/file.h"
#include "lib/net/net.h"
#include "lib/os/file.h"
#include "lib/store/store.h"

#define FETCH_TIMEOUT_MS 60000
#define FETCH_REDIRECTS 3

bool document_owner_allows(struct call *c, const char *url)
{
	const char *list = config_text(c, "net.allowed_hosts");
	const char *from = strstr(url, "://") + 3;
	size_t len = strcspn(from, "/?#"), host = len;

	if (!list || memchr(from, '@', len))
		return false;
	for (size_t i = len; i > 0 && from[i - 1] != ']'; i--)
		if (from[i - 1] == ':')
			host = i - 1;
	while (*list) {
		size_t n = strcspn(list, ",");

		if ((n == len || n == host) && !strncasecmp(list, from, n))
			return true;
		list += n + (list[n] == ',');
	}
	return false;
}

enum fail document_fetch(struct call *c, const char *url, size_t max_bytes, struct net_reply *out)
{
	bool named = document_owner_allows(c, url);
	struct net_request request = {.method = "GET", .url = url, .max_bytes = max_bytes,
		.timeout_ms = FETCH_TIMEOUT_MS,
		/* A host of the owner's own network does not choose the next one. */
		.redirects = named ? 0 : FETCH_REDIRECTS, .owner_named = named};

	TRY(net_request(c, &request, out));
	if (out->status != 200)
		return fail(c, FAIL_REMOTE, "%s answered with HTTP status %d", url, out->status);
	return FAIL_NONE;
}

static enum fail understand(struct call *c, const char *path, const char *name, const char *text,
	size_t len, struct document *out)
{
	enum fail f;

	if (!len)
		return fail(c, FAIL_INPUT, "%s is empty", name);
	f = page_read(c, page_guess(path, NULL, text, len), text, len, NULL, &out->page);
	if (f != FAIL_NONE) {
		fail_context(c, "%s", name);
		return f;
	}
	out->name = name;
	return FAIL_NONE;
}

static enum fail read_file(struct call *c, const char *path, const char *name, struct document *out)
{
	char *text;
	size_t len;

	TRY(file_read(c, path, DOCUMENT_MAX_BYTES, &text, &len));
	return understand(c, path, name, text, len, out);
}

/* A file that was recorded, and not what came into its place since. */
static enum fail read_recorded(struct call *c, const char *id, struct document *out)
{
	FILE_AUTO fd = -1;
	struct file file;
	char *text;
	size_t len;

	TRY(store_open(c));
	TRY(file_find(c, id, &file));
	TRY(file_open_plain(c, file.path, &fd));
	TRY(file_read_fd(c, fd, file.name, DOCUMENT_MAX_BYTES, &text, &len));
	return understand(c, file.path, file.name, text, len, out);
}

static enum fail read_url(struct call *c, const char *url, struct document *out)
{
	struct net_reply reply;
	enum fail f;

	TRY(document_fetch(c, url, DOCUMENT_MAX_BYTES, &reply));
	if (!reply.len)
		return fail(c, FAIL_INPUT, "%s is empty", url);
	f = page_read(c, page_guess(reply.url, reply.content_type, reply.body, reply.len), reply.body,
		reply.len, reply.content_type, &out->page);
	if (f != FAIL_NONE) {
		fail_context(c, "%s", url);
		return f;
	}
	out->name = arena_strdup(&c->arena, reply.url);
	return FAIL_NONE;
}

enum fail document_read(struct call *c, const struct path *path, struct document *out)
{
	struct document document = {0};

	switch (path->kind) {
	case PATH_LOCAL:
		TRY(read_file(c, path->text, path->text, &document));
		document.folder = path_dir(c, path->text);
		break;
	case PATH_STANDARD:
		TRY(read_file(c, "-", "standard input", &document));
		document.folder = ".";
		break;
	case PATH_URL:
		TRY(read_url(c, path->text, &document));
		break;
	case PATH_FILE_ID:
		TRY(read_recorded(c, path->text, &document));
		break;
	case PATH_TEXT:
		TRY(document_from_text(c, path->text, &document));
		break;
	case PATH_NONE:
		return fail(c, FAIL_BUG, "no source is named");
	}
	*out = document;
	return FAIL_NONE;
}

enum fail document_from_text(struct call *c, const char *text, struct document *out)
{
	struct document document = {.name = "text"};
	size_t len = strlen(text);

	TRY(page_read(c, page_guess(NULL, NULL, text, len), text, len, NULL, &document.page));
	*out = document;
	return FAIL_NONE;
}
