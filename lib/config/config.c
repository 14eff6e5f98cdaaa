/* Configuration: reading, precedence, and setting one value. */
#include "lib/config/config.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "lib/os/dirs.h"
#include "lib/os/file.h"

#define CONFIG_MAX_BYTES (1 << 20)

#define SETTINGS_MAX 64

/* What a setting came to. */
struct resolved {
	const char *value, *where;
	enum origin origin;
};

struct config {
	json_t *user, *system; /* flat: dotted names */
	struct resolved all[SETTINGS_MAX]; /* in the order of settings[] */
};

static const char *const origin_words[] = {[ORIGIN_DEFAULT] = "default",
	[ORIGIN_SYSTEM] = "system", [ORIGIN_USER] = "user", [ORIGIN_ENV] = "environment"};

const char *origin_word(enum origin origin)
{
	return origin_words[origin];
}

const char *config_user_path(struct call *c)
{
	return arena_printf(&c->arena, "%s/config.json", dir_config(c));
}

const char *config_system_path(void)
{
	return "/etc/trae/config.json";
}

static enum fail unknown(struct call *c, const char *name)
{
	const char *names[64], *near;
	size_t count = 0;

	for (const struct setting *s = settings; s->field.name && count < 64; s++)
		names[count++] = s->field.name;
	near = field_nearest(name, names, count);
	return fail(c, FAIL_CONFIG, "unknown setting %s%s%s%s", name, near ? "; did you mean " : "",
		near ? near : "", near ? "?" : "");
}

static enum fail check_more(struct call *c, const struct setting *s, const char *text)
{
	enum fail f = s->check && text ? s->check(c, text) : FAIL_NONE;

	if (f != FAIL_NONE)
		fail_context(c, "%s", s->field.name);
	return f;
}

/* Brings nested objects to dotted names, checking each value on the way. */
static enum fail flatten(struct call *c, const char *prefix, const json_t *from, json_t *to)
{
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)from, key, value) {
		const char *name = *prefix ? arena_printf(&c->arena, "%s.%s", prefix, key) : key;
		const struct setting *s = setting_find(name);

		if (s) {
			if (field_check(c, &s->field, value) != FAIL_NONE ||
				check_more(c, s, json_string_value(value)) != FAIL_NONE)
				return FAIL_CONFIG;
			json_object_set(to, name, value);
		} else if (json_is_object(value) && !strchr(name, '.')) {
			TRY(flatten(c, name, value, to));
		} else {
			return unknown(c, name);
		}
	}
	return FAIL_NONE;
}

/* Reads the JSON object at PATH; an empty one when there is no such file. */
static enum fail read_object(struct call *c, const char *path, json_t **out)
{
	char *text;
	size_t len;
	json_t *j = NULL;
	enum fail f = file_read(c, path, CONFIG_MAX_BYTES, &text, &len);

	if (f == FAIL_MISSING) {
		fail_forget(c);
		*out = json_object();
		return FAIL_NONE;
	}
	if (f != FAIL_NONE)
		return f;
	f = json_parse(c, text, len, &j);
	if (f == FAIL_NONE && !json_is_object(j))
		f = fail(c, FAIL_CONFIG, "an object is needed");
	if (f != FAIL_NONE) {
		json_decref(j);
		fail_context(c, "%s", path);
		return FAIL_CONFIG;
	}
	*out = j;
	return FAIL_NONE;
}

static enum fail read_flat(struct call *c, const char *path, json_t *to)
{
	JSON_AUTO j = NULL;
	enum fail f;

	TRY(read_object(c, path, &j));
	f = flatten(c, "", j, to);
	if (f != FAIL_NONE)
		fail_context(c, "%s", path);
	return f;
}

static void release(void *state)
{
	struct config *config = state;

	json_decref(config->user);
	json_decref(config->system);
}

static const char *env_name(struct call *c, const char *name)
{
	char *env = arena_printf(&c->arena, "TRAE_%s", name);

	for (char *p = env; *p; p++)
		*p = *p == '.' ? '_' : (char)toupper((unsigned char)*p);
	return env;
}

static enum fail from_env(struct call *c, const struct setting *s, const char **value,
	const char **where)
{
	const char *env = env_name(c, s->field.name), *text = getenv(env);
	JSON_AUTO j = NULL;
	enum fail f;

	if ((!text || !*text) && s->env) {
		env = s->env;
		text = getenv(env);
	}
	*value = NULL;
	if (!text || !*text)
		return FAIL_NONE;
	f = field_from_text(c, &s->field, text, &j);
	if (f == FAIL_NONE)
		f = check_more(c, s, text);
	if (f != FAIL_NONE) {
		fail_context(c, "environment variable %s", env);
		return FAIL_CONFIG;
	}
	*value = text;
	*where = env;
	return FAIL_NONE;
}

/* By precedence: environment, own file, system's file, default. */
static enum fail resolve(struct call *c, const struct config *config, const struct setting *s,
	struct resolved *out)
{
	const char *name = s->field.name, *value, *where = NULL;
	json_t *j;

	TRY(from_env(c, s, &value, &where));
	if (value)
		*out = (struct resolved){value, where, ORIGIN_ENV};
	else if ((j = json_object_get(config->user, name)))
		*out = (struct resolved){arena_strdup(&c->arena, field_to_text(c, &s->field, j)),
			config_user_path(c), ORIGIN_USER};
	else if ((j = json_object_get(config->system, name)))
		*out = (struct resolved){arena_strdup(&c->arena, field_to_text(c, &s->field, j)),
			config_system_path(), ORIGIN_SYSTEM};
	else
		*out = (struct resolved){s->field.initial, "default", ORIGIN_DEFAULT};
	return FAIL_NONE;
}

enum fail config_load(struct call *c)
{
	struct config *config;
	size_t i = 0;

	if (c->config)
		return FAIL_NONE;
	config = ARENA_NEW(&c->arena, struct config, 1);
	config->user = json_object();
	config->system = json_object();
	arena_finally(&c->arena, release, config);
	TRY(read_flat(c, config_system_path(), config->system));
	TRY(read_flat(c, config_user_path(c), config->user));
	for (const struct setting *s = settings; s->field.name && i < SETTINGS_MAX; s++, i++)
		TRY(resolve(c, config, s, &config->all[i]));
	c->config = config;
	return FAIL_NONE;
}

enum fail config_get(struct call *c, const char *name, const char **value, enum origin *origin,
	const char **where)
{
	const struct setting *s = setting_find(name);
	const struct resolved *found;

	if (!s)
		return unknown(c, name);
	TRY(config_load(c));
	found = &c->config->all[s - settings];
	*value = found->value;
	if (origin)
		*origin = found->origin;
	if (where)
		*where = found->where;
	return FAIL_NONE;
}

const char *config_text(struct call *c, const char *name)
{
	const char *value = NULL;

	return config_get(c, name, &value, NULL, NULL) == FAIL_NONE ? value : NULL;
}

double config_number(struct call *c, const char *name)
{
	const char *value = config_text(c, name);

	return value ? strtod(value, NULL) : NUM_NULL;
}

/* Puts VALUE (NULL: nothing) at dotted NAME into the nested object ROOT. */
static void put_nested(struct call *c, json_t *root, const char *name, json_t *value)
{
	const char *dot = strchr(name, '.');
	const char *group = arena_memdup(&c->arena, name, (size_t)(dot - name));
	json_t *object = json_object_get(root, group);

	json_object_del(root, name);
	if (!json_is_object(object) && value) {
		object = json_object();
		json_object_set_new(root, group, object);
	}
	if (value)
		json_object_set(object, dot + 1, value);
	else if (object)
		json_object_del(object, dot + 1);
	if (object && !json_object_size(object))
		json_object_del(root, group);
}

enum fail config_set(struct call *c, const char *name, const char *value, const char **path)
{
	const struct setting *s = setting_find(name);
	const char *file = config_user_path(c), *text;
	JSON_AUTO root = NULL;
	JSON_AUTO j = NULL;

	if (!s)
		return unknown(c, name);
	if (value)
		TRY(field_from_text(c, &s->field, value, &j));
	TRY(check_more(c, s, value));
	TRY(read_object(c, file, &root));
	put_nested(c, root, name, j);
	text = arena_printf(&c->arena, "%s\n", json_text(c, root, true));
	TRY(dir_make(c, dir_config(c)));
	TRY(file_replace(c, file, text, strlen(text), 0600));
	*path = file;
	return FAIL_NONE;
}
