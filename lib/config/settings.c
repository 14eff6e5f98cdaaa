/* The table of settings. */
#include "lib/config/config.h"

#include <string.h>

#include "lib/text/duration.h"
#include "lib/text/size.h"

#define TEXT(key, text, ...) {.field = {.name = key, .type = FIELD_TEXT, .help = text, __VA_ARGS__}}
#define CHECKED(by, key, text, ...)                                                                \
	{.field = {.name = key, .type = FIELD_TEXT, .help = text, __VA_ARGS__}, .check = by}
#define NUM(key, text, ...) {.field = {.name = key, .type = FIELD_NUM, .help = text, __VA_ARGS__}}
#define INT(key, text, ...) {.field = {.name = key, .type = FIELD_INT, .help = text, __VA_ARGS__}}
#define BOOL(key, text, ...) {.field = {.name = key, .type = FIELD_BOOL, .help = text, __VA_ARGS__}}
#define LIST(key, text, ...) {.field = {.name = key, .type = FIELD_LIST, .help = text, __VA_ARGS__}}

static enum fail check_size(struct call *c, const char *text)
{
	int64_t width, height;

	return size_parse(c, text, &width, &height);
}

static enum fail check_keep(struct call *c, const char *text)
{
	int64_t ms;

	if (!strcmp(text, "forever") || duration_parse(text, &ms))
		return FAIL_NONE;
	return fail(c, FAIL_USAGE, "a duration such as 30d or the word forever is needed, not \"%s\"",
		text);
}

const struct setting settings[] = {
	TEXT("store.path", "The store file; default: trae.db in $XDG_DATA_HOME/trae"),
	TEXT("backup.dir", "Where backups go; default: backups in $XDG_STATE_HOME/trae"),
	TEXT("secrets.backend", "Where secrets are kept", .initial = "auto",
		.oneof = ONEOF("auto", "credential", "keyring", "file")),
	TEXT("secrets.key_file", "Key file (mode 0400) that opens the sealed file without asking"),
	{.field = {.name = "llm.base_url", .type = FIELD_TEXT,
		 .help = "Base URL of an OpenAI-compatible service",
		 .initial = "https://api.openai.com/v1"},
		.env = "OPENAI_BASE_URL"},
	TEXT("llm.model", "Model that writes scripts; none is chosen for you"),
	TEXT("llm.api", "Interface that the service speaks", .initial = "responses",
		.oneof = ONEOF("responses", "chat")),
	INT("llm.timeout_s", "Seconds for one answer of the model", .initial = "600", .min = 1,
		.max = 3600),
	LIST("server.hosts", "Names by which trae serve is called besides its own and that of "
		"server.public_url"),
	LIST("server.origins", "Origins whose pages may ask trae serve",
		.initial = "https://chat.openai.com,https://chatgpt.com"),
	TEXT("auth.issuer", "URL of another server whose tokens (JWT) are taken, beside keys"),
	TEXT("auth.role", "What callers with such a token may cause at most", .initial = "viewer",
		.oneof = ONEOF("viewer", "operator", "sender", "admin")),
	TEXT("server.public_url",
		"Where others reach trae serve, as https://trae.example: what a proxy or tunnel shows"),
	LIST("actions.operations", "Operations or nouns that ChatGPT's Actions have, 30 at most",
		.initial = "video,content,voice,task submit,task list,task show,task logs,"
			"task progress,task wait,task cancel,task retry,schedule,file list,file show,"
			"status,system,agent list,agent logs"),
	LIST("net.allowed_hosts",
		"Hosts that sources may be fetched from although their address is not public"),
	LIST("callback.hosts",
		"Hosts that callbacks may go to although their address is not public or not https"),
	CHECKED(check_keep, "task.keep", "How long tasks that ended and logs are kept, or forever",
		.initial = "30d"),
	CHECKED(check_keep, "file.keep", "How long files are kept that were made for callers who "
		"named no place, or forever", .initial = "30d"),
	TEXT("video.voice", "Voice of narration", .initial = "professional_male"),
	CHECKED(check_size, "video.size", "Picture size", .initial = "1080p"),
	INT("video.fps", "Pictures a second", .initial = "30", .min = 1, .max = 60),
	TEXT("video.quality", "Encoding effort", .initial = "production",
		.oneof = ONEOF("draft", "production")),
	BOOL("video.captions", "Burn captions into the picture", .initial = "true"),
	NUM("video.music_volume", "Volume of music before it gives way to speech",
		.initial = "0.25", .min = 0, .max = 2),
	NUM("video.loudness_lufs", "Loudness of the finished sound", .initial = "-16", .min = -36,
		.max = -9),
	{.field = {.name = NULL}},
};

const struct setting *setting_find(const char *name)
{
	for (const struct setting *s = settings; s->field.name; s++)
		if (!strcmp(s->field.name, name))
			return s;
	return NULL;
}
