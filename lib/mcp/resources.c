/* Resources: recorded files and tasks, read through the operations that show them. */
#include <string.h>

#include "lib/mcp/state.h"
#include "lib/mcp/table.h"

#define PAGE 50

static bool is_template(const struct mcp_resource *r)
{
	return strchr(r->uri, '{') != NULL;
}

/* Brings the part of URI that stands for {x} into ARGS; false when URI is not of that form. */
static bool matches(struct call *c, const struct mcp_resource *r, const char *uri, json_t *args)
{
	const char *open = strchr(r->uri, '{'), *close = open ? strchr(open, '}') : NULL;
	size_t head, len = strlen(uri), tail;

	if (!open)
		return !strcmp(r->uri, uri);
	head = (size_t)(open - r->uri);
	tail = strlen(close + 1);
	if (len <= head + tail || strncmp(uri, r->uri, head) || strcmp(uri + len - tail, close + 1) ||
		memchr(uri + head, '/', len - head - tail))
		return false;
	json_object_set_new(args, arena_memdup(&c->arena, open + 1, (size_t)(close - open - 1)),
		json_stringn(uri + head, len - head - tail));
	return true;
}

static json_t *described(const struct mcp_resource *r)
{
	json_t *j = json_pack("{s:s,s:s,s:s,s:s}", "name", r->name, "title", r->name, "description",
		r->about, is_template(r) ? "uriTemplate" : "uri", r->uri);

	if (r->media_type)
		json_object_set_new(j, "mimeType", json_string(r->media_type));
	return j;
}

static json_t *listed(struct call *c, const struct mcp_resource *r, const json_t *row)
{
	const char *id = json_member_text(row, "id", "");
	json_t *j = json_pack("{s:s,s:s,s:o}", "uri", arena_printf(&c->arena, "%.*s%s",
		(int)strcspn(r->uri, "{"), r->uri, id), "name", json_member_text(row, "name", id),
		"description", json_sprintf("%s, recorded %s", r->about,
			json_member_text(row, "created_at", "")));

	json_object_set(j, "mimeType", json_object_get(row, "media_type"));
	json_object_set(j, "size", json_object_get(row, "bytes"));
	if (json_is_null(json_object_get(j, "mimeType")))
		json_object_del(j, "mimeType");
	return j;
}

/* The rows of R's listing behind the one called AFTER; *MORE is where the next page begins. */
static enum fail add_listed(struct mcp_exchange *x, const struct mcp_resource *r, const char *after,
	json_t *list, const char **more)
{
	json_t *args = json_keep(x->call, json_pack("{s:i}", "limit", PAGE)), *row;
	struct mcp_run run;
	size_t i;

	if (after)
		json_object_set_new(args, "after", json_string(after));
	TRY(mcp_dispatch(x, r->list, args, &run));
	json_array_foreach(run.replies, i, row)
		json_array_append_new(list, listed(x->call, r, row));
	if (json_array_size(run.replies) == PAGE)
		*more = json_member_text(json_array_get(run.replies, PAGE - 1), "id", NULL);
	return FAIL_NONE;
}

json_t *mcp_resources_list(struct mcp_exchange *x)
{
	const char *after = json_member_text(x->params, "cursor", NULL), *more = NULL;
	json_t *list = json_keep(x->call, json_array()), *result;

	for (const struct mcp_resource *r = mcp_resources; r->uri; r++) {
		enum fail f = r->list ? add_listed(x, r, after, list, &more) : FAIL_NONE;

		/* Before the first task there is no store, and so no file. */
		if (f != FAIL_NONE && f != FAIL_MISSING)
			return mcp_error(x, after ? MCP_PARAMS : MCP_INTERNAL, NULL, "%s",
				x->call->why);
		fail_forget(x->call);
		if (!is_template(r) && !after)
			json_array_append_new(list, described(r));
	}
	result = json_pack("{s:O}", "resources", list);
	if (more)
		json_object_set_new(result, "nextCursor", json_string(more));
	return mcp_cacheable(x, result, 0, true);
}

json_t *mcp_resources_templates(struct mcp_exchange *x)
{
	json_t *list = json_array();

	for (const struct mcp_resource *r = mcp_resources; r->uri; r++)
		if (is_template(r))
			json_array_append_new(list, described(r));
	return mcp_cacheable(x, json_pack("{s:o}", "resourceTemplates", list), MCP_TTL_MS, false);
}

static json_t *no_resource(struct mcp_exchange *x, const char *uri, const char *why)
{
	/* -32002 in the revisions before. */
	return mcp_error(x, x->client.modern ? MCP_PARAMS : (enum mcp_code)-32002,
		json_pack("{s:s}", "uri", uri), "%s", why ? why : "Resource not found");
}

/* What the operation handed over or replied, as the contents at URI. */
static json_t *contents_of(struct mcp_exchange *x, const char *uri, const struct mcp_run *run)
{
	struct call *c = x->call;

	if (run->files_count)
		return mcp_file_resource(c, uri, &run->files[0]);
	return json_pack("{s:s,s:s,s:s}", "uri", uri, "mimeType", "application/json", "text",
		json_text(c, op_result(c, run->op, run->replies), false));
}

json_t *mcp_resources_read(struct mcp_exchange *x)
{
	const char *uri = mcp_text_param(x, "uri");
	json_t *args = json_keep(x->call, json_object()), *contents;
	const struct mcp_resource *r = mcp_resources;
	struct mcp_run run;

	if (!uri)
		return NULL;
	while (r->uri && !matches(x->call, r, uri, args))
		r++;
	if (!r->uri)
		return no_resource(x, uri, NULL);
	if (mcp_dispatch(x, r->read, args, &run) != FAIL_NONE)
		return no_resource(x, uri, x->call->why);
	contents = contents_of(x, uri, &run);
	if (!contents)
		return no_resource(x, uri, x->call->why);
	return mcp_cacheable(x, json_pack("{s:[o]}", "contents", contents), 0, true);
}
