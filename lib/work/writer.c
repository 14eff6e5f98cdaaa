/* Writer: a script about a topic, from sources, by extraction or by a language model. */
#include "lib/work/writer.h"

#include <stdlib.h>
#include <string.h>

#include "lib/config/config.h"
#include "lib/content/extract.h"
#include "lib/content/length.h"
#include "lib/content/prompt.h"
#include "lib/net/llm.h"
#include "lib/secret/secret.h"
#include "lib/work/document.h"

/* As long as the sources give, up to this, when no length is asked for. */
#define DEFAULT_SECONDS 90.0
#define KEY_NAME "openai-api-key"

const struct field writer_source[] = {
	{.name = "n", .type = FIELD_INT, .help = "Number it is cited by", .required = true},
	{.name = "name", .type = FIELD_TEXT, .help = "Title or file name"},
	{.name = "url", .type = FIELD_TEXT, .help = "Address or path"},
	{.name = NULL},
};

const struct field writer_sentence[] = {
	{.name = "text", .type = FIELD_TEXT, .help = "The sentence", .required = true},
	{.name = "source", .type = FIELD_INT, .help = "Number of its source", .required = true},
	{.name = "sentence", .type = FIELD_INT, .help = "Its place there, from 1", .required = true},
	{.name = "line", .type = FIELD_INT, .help = "Its line there, 0 where unknown",
		.required = true},
	{.name = NULL},
};

/* A model is meant when somebody named a key, a model or a service. */
static enum fail model_meant(struct call *c, const char *writer, bool *out)
{
	const char *key = getenv("OPENAI_API_KEY"), *url;
	enum origin origin;

	TRY(config_get(c, "llm.base_url", &url, &origin, NULL));
	*out = strcmp(writer, "extract") && (!strcmp(writer, "model") || (key && *key) ||
		config_text(c, "llm.model") || origin != ORIGIN_DEFAULT);
	return FAIL_NONE;
}

static enum fail no_material(struct call *c)
{
	return fail(c, FAIL_CONFIG, "nothing to write from: give sources (--source FILE or URL, over HTTP "
		"texts as well), or set a language model: trae secret set " KEY_NAME
		" and trae config set llm.model NAME");
}

static enum fail list_models(struct call *c, const struct llm *llm)
{
	struct buf b = buf_in(&c->arena);
	const char *const *names;
	size_t i = 0;

	TRY(llm_models(c, llm, &names));
	for (; names[i] && i < 12; i++)
		buf_addf(&b, "%s%s", i ? ", " : "", names[i]);
	return fail(c, FAIL_CONFIG, "no model is chosen: trae config set llm.model NAME; %s offers %s%s",
		llm->base_url, b.len ? b.data : "none", names[i] ? ", ..." : "");
}

/* The key from the environment, else from the secrets; a service on this machine may need none. */
static enum fail find_key(struct call *c, struct secret **secret, const char **key)
{
	enum fail f;

	*key = getenv("OPENAI_API_KEY");
	if (*key && **key)
		return FAIL_NONE;
	*key = NULL;
	f = secret_get(c, KEY_NAME, secret);
	if (f == FAIL_NONE)
		*key = secret_reveal(*secret, NULL);
	else if (f == FAIL_MISSING)
		fail_forget(c);
	else
		return f;
	return FAIL_NONE;
}

static enum fail ask_model(struct call *c, const struct script_ask *ask, struct written *out)
{
	SECRET_AUTO *secret = NULL;
	struct llm llm = {.base_url = config_text(c, "llm.base_url"),
		.model = config_text(c, "llm.model"), .api = config_text(c, "llm.api"),
		.timeout_ms = (int64_t)(config_number(c, "llm.timeout_s") * 1000)};
	struct prompt prompt;
	const char *answer;

	TRY(find_key(c, &secret, &llm.key));
	if (!llm.model)
		return list_models(c, &llm);
	prompt_write(c, ask, &prompt);
	TRY(llm_ask(c, &llm, prompt.instructions, prompt.text, &answer));
	TRY(prompt_answer(c, ask, answer, &out->script));
	out->by = llm.model;
	return FAIL_NONE;
}

static enum fail read_sources(struct call *c, const struct path *paths, struct script_ask *ask)
{
	size_t count = 0;
	struct source *sources;

	while (paths && paths[count].kind != PATH_NONE)
		count++;
	sources = ARENA_NEW(&c->arena, struct source, count + 1);
	for (size_t i = 0; i < count; i++) {
		struct document *document = ARENA_NEW(&c->arena, struct document, 1);
		bool text = paths[i].kind == PATH_TEXT;
		const char *called = text ? arena_printf(&c->arena, "text %zu", i + 1) : paths[i].text;

		call_progress(c, (double)i, (double)count, "reading_sources", called);
		TRY(call_check(c));
		TRY(document_read(c, &paths[i], document));
		sources[i].page = &document->page;
		if (text || paths[i].kind == PATH_STANDARD)
			sources[i].name = text ? called : document->name;
		else
			sources[i].url = document->name;
	}
	ask->sources = sources;
	ask->count = count;
	return FAIL_NONE;
}

/* *SECONDS stays as it is where no LENGTH is asked for. */
static enum fail read_length(struct call *c, const char *length, double *seconds)
{
	if (length)
		TRY(length_parse(c, length, seconds));
	if (*seconds > SCRIPT_SECONDS_MAX)
		return fail(c, FAIL_INPUT, "length: %s is more than the %.0f minutes that are made at most",
			length_text(c, *seconds), SCRIPT_SECONDS_MAX / 60);
	return FAIL_NONE;
}

enum fail writer_ready(struct call *c, const struct writing *ask)
{
	double seconds = 0;
	bool model;

	TRY(read_length(c, ask->length, &seconds));
	if (ask->sources && ask->sources->kind != PATH_NONE)
		return FAIL_NONE;
	TRY(model_meant(c, ask->writer, &model));
	return model && ask->topic ? FAIL_NONE : no_material(c);
}

enum fail writer_write(struct call *c, const struct writing *ask, struct written *out)
{
	struct script_ask what = {.topic = ask->topic, .style = ask->style,
		.seconds = DEFAULT_SECONDS, .at_most = !ask->length};
	struct written made = {0};
	struct extract found = {0};
	json_t *trace;
	bool model;

	TRY(read_length(c, ask->length, &what.seconds));
	TRY(writer_ready(c, ask));
	TRY(model_meant(c, ask->writer, &model));
	TRY(read_sources(c, ask->sources, &what));
	if (model) {
		TRY(ask_model(c, &what, &made));
	} else {
		TRY(extract_write(c, &what, &found));
		made.script = found.script;
		made.by = "extraction";
	}
	trace = json_keep(c, extract_json(&what, &found));
	made.sources = json_object_get(trace, "sources");
	made.sentences = json_object_get(trace, "sentences");
	for (size_t i = 0; i < made.script.warning_count; i++)
		call_warn(c, "%s", made.script.warnings[i]);
	*out = made;
	return FAIL_NONE;
}
