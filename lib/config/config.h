/* Configuration: every setting the program knows, and where its value came from. */
#ifndef CONFIG_CONFIG_H
#define CONFIG_CONFIG_H

#include "lib/field/field.h"

struct setting {
	struct field field; /* name with dots: video.voice is member voice of object video */
	const char *env;    /* a variable others use too, beside TRAE_VIDEO_VOICE */
	enum fail (*check)(struct call *c, const char *text); /* what FIELD does not say, or NULL */
};
extern const struct setting settings[]; /* ends with a NULL name */

const struct setting *setting_find(const char *name);

enum origin { ORIGIN_DEFAULT, ORIGIN_SYSTEM, ORIGIN_USER, ORIGIN_ENV };
const char *origin_word(enum origin origin); /* "default", "system", "user", "environment" */

/* Reads /etc/trae/config.json and $XDG_CONFIG_HOME/trae/config.json into c->config, once. Both are
 * JSON objects; an unknown or wrong member is FAIL_CONFIG with file and path, a wrong environment
 * variable with its name. */
enum fail config_load(struct call *c);

/* The value of NAME by precedence environment, user's file, system's file, default, as text; NULL
 * when there is none. *ORIGIN and *WHERE (variable or file) may be NULL. */
enum fail config_get(struct call *c, const char *name, const char **value, enum origin *origin,
	const char **where);

/* Shorthands after config_load(): text or NULL, and numbers whose settings have defaults. */
const char *config_text(struct call *c, const char *name);
double config_number(struct call *c, const char *name);

/* Sets NAME in the user's file to VALUE as typed, or removes it (NULL); the file is replaced as a
 * whole. */
enum fail config_set(struct call *c, const char *name, const char *value, const char **path);

/* Paths of both files. */
const char *config_user_path(struct call *c);
const char *config_system_path(void);

#endif
