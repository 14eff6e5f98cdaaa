/* Content: what a result shows beside its JSON, and resources as clients read them. */
#include <sodium.h>
#include <string.h>

#include "lib/mcp/state.h"
#include "lib/os/file.h"
#include "lib/text/utf8.h"

/* Larger ones are only named: what a model reads and a client keeps has its bounds. */
#define TEXT_MAX_BYTES 100000
#define BINARY_MAX_BYTES (1 << 20)

json_t *mcp_text_content(const char *text)
{
	return json_pack("{s:s,s:s}", "type", "text", "text", text);
}

static bool is_text(const struct file *f)
{
	const char *type = f->media_type ? f->media_type : "";

	return !strncmp(type, "text/", 5) || !strcmp(type, "application/json") ||
		!strcmp(type, "application/x-subrip");
}

static const char *uri_of(struct call *c, const struct file *f)
{
	return arena_printf(&c->arena, MCP_FILE_URI "%s", f->id ? f->id : "");
}

json_t *mcp_file_link(struct mcp_exchange *x, const struct file *f)
{
	struct call *c = x->call;

	return json_pack("{s:s,s:s,s:o,s:s?,s:I}", "type", "resource_link", "uri", uri_of(c, f), "name",
		json_lossy(c, f->name), "mimeType", f->media_type, "size", (json_int_t)f->bytes);
}

static const char *base64(struct call *c, const char *bytes, size_t len)
{
	size_t size = sodium_base64_ENCODED_LEN(len, sodium_base64_VARIANT_ORIGINAL);
	char *text = arena_alloc(&c->arena, 1, size);

	return sodium_bin2base64(text, size, (const unsigned char *)bytes, len,
		sodium_base64_VARIANT_ORIGINAL);
}

/* {uri, mimeType, text or blob}; NULL with the reason in C. */
static json_t *contents(struct call *c, const char *uri, const struct file *f, size_t max)
{
	FILE_AUTO fd = -1;
	json_t *j;
	char *bytes;
	size_t len;

	/* What came into its place since is not given away. */
	if (file_open_plain(c, f->path, &fd) || file_read_fd(c, fd, f->name, max, &bytes, &len))
		return NULL;
	j = json_pack("{s:s,s:s?}", "uri", uri, "mimeType", f->media_type);
	if (is_text(f) && utf8_valid(bytes, len) == len && !memchr(bytes, '\0', len))
		json_object_set_new(j, "text", json_stringn(bytes, len));
	else
		json_object_set_new(j, "blob", json_string(base64(c, bytes, len)));
	return j;
}

json_t *mcp_file_resource(struct call *c, const char *uri, const struct file *f)
{
	return contents(c, uri, f, BINARY_MAX_BYTES);
}

json_t *mcp_file_content(struct mcp_exchange *x, const struct file *f)
{
	struct call *c = x->call;
	const char *type = f->media_type ? f->media_type : "";
	bool image = !strncmp(type, "image/", 6), sound = !strncmp(type, "audio/", 6);
	json_t *read = is_text(f) || image || sound
		? contents(c, uri_of(c, f), f, is_text(f) ? TEXT_MAX_BYTES : BINARY_MAX_BYTES)
		: NULL;
	json_t *data = json_object_get(read, "blob");

	if (read && (image || sound) && data) {
		json_t *block = json_pack("{s:s,s:O,s:s}", "type", image ? "image" : "audio", "data",
			data, "mimeType", type);

		json_decref(read);
		return block;
	}
	if (read)
		return json_pack("{s:s,s:o}", "type", "resource", "resource", read);
	fail_forget(c);
	return mcp_file_link(x, f);
}
