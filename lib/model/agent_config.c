/* Agent configuration: the versions in the store. */
#include "lib/model/agent_config.h"

#include "lib/base/clock.h"
#include "lib/store/store.h"

static enum fail put(struct call *c, struct agent_config *config)
{
	QUERY_AUTO q;
	enum fail f;

	TRY(query_start(c, SQL("insert into agent_config (version, created_at, document, back_to)"
		" select coalesce(max(version), 0) + 1, $1, $2, nullif($3, 0) from agent_config"
		" returning version"),
		PARAMS(config->created_at, config->document, config->back_to), &q));
	while (query_next(c, &q, &f))
		config->version = query_int(&q, 0);
	return f;
}

enum fail agent_config_put(struct call *c, const char *document, int64_t back_to,
	struct agent_config *out)
{
	struct agent_config config = {.created_at = clock_now_ms(), .document = document,
		.back_to = back_to};

	TRY(store_begin(c));
	TRY(store_end(c, put(c, &config)));
	*out = config;
	return FAIL_NONE;
}

static struct agent_config read_row(struct call *c, struct query *q)
{
	return (struct agent_config){.version = query_int(q, 0), .created_at = query_int(q, 1),
		.document = query_text(c, q, 2), .back_to = query_int(q, 3)};
}

enum fail agent_config_list(struct call *c, int limit, struct agent_config **out, size_t *n)
{
	struct agent_config *rows = ARENA_NEW(&c->arena, struct agent_config, (size_t)limit);
	size_t count = 0;
	QUERY_AUTO q;
	enum fail f;

	TRY(query_start(c, SQL("select version, created_at, document, back_to from agent_config"
		" order by version desc limit $1"), PARAMS(limit), &q));
	while (query_next(c, &q, &f))
		rows[count++] = read_row(c, &q);
	TRY(f);
	*out = rows;
	*n = count;
	return FAIL_NONE;
}

enum fail agent_config_get(struct call *c, int64_t version, struct agent_config *out)
{
	struct agent_config *newest;
	size_t n;
	QUERY_AUTO q;
	enum fail f;

	if (!version) {
		TRY(agent_config_list(c, 1, &newest, &n));
		*out = n ? *newest : (struct agent_config){.document = "{}"};
		return FAIL_NONE;
	}
	TRY(query_start(c, SQL("select version, created_at, document, back_to from agent_config"
		" where version = $1"), PARAMS(version), &q));
	if (query_next(c, &q, &f)) {
		*out = read_row(c, &q);
		return FAIL_NONE;
	}
	TRY(f);
	return fail(c, FAIL_MISSING, "no version %lld of the agent configuration",
		(long long)version);
}
