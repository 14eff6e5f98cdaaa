/* Operations: each declared once, in one table row; every face of the program is computed from
 * these rows, and every call of one goes through op_dispatch(). */
#ifndef OP_OP_H
#define OP_OP_H

#include "lib/field/field.h"
#include "lib/model/file.h"

/* What an operation does to the world, from harmless to not. */
enum effect {
	EFFECT_READ,    /* changes nothing */
	EFFECT_WRITE,   /* changes the store or the owner's files */
	EFFECT_SEND,    /* tells others something */
	EFFECT_ACT,     /* starts or stops programs */
	EFFECT_SPEND,   /* costs money */
	EFFECT_DESTROY, /* removes what cannot be had again */
};
const char *effect_word(enum effect effect);

enum op_flag {
	OP_LONG = 1,  /* takes long: shows progress, is kept as a task */
	OP_SHELL = 2, /* for the person at the machine only: on no other channel */
	OP_DRY = 4,   /* understands --dry-run */
	OP_ANYHOW = 8, /* works even when the configuration is broken */
};

struct op {
	const char *name;      /* "video render": noun and verb, or one word */
	const char *route;     /* "POST /api/v1/video/render"; NULL with OP_SHELL */
	enum effect effect;
	unsigned flags;
	const char *summary;   /* up to 60 characters, no full stop */
	const char *about;     /* up to 300 characters */
	const char *example;   /* a shell line that parses */
	const struct field *args, *reply;
	size_t args_size, reply_size;
	const char *rows;      /* the reply is many: name of their array in JSON */
	const char *document;  /* the member that the shell prints alone */
	enum fail (*run)(struct call *c, const void *args);
};

/* All operations, ended by NULL; defined beside cmd/ops.h, where one line registers one. */
extern const struct op *const op_table[];

#define OP_ARGS(T, ...) .args = FIELDS(__VA_ARGS__), .args_size = sizeof(T)
#define OP_NO_ARGS .args = (const struct field[]){{.name = NULL}}, .args_size = 1
#define OP_REPLY(T, ...) .reply = FIELDS(__VA_ARGS__), .reply_size = sizeof(T)

/* Where a front receives what an operation says. */
struct op_sink {
	/* One reply or row, borrowed. */
	enum fail (*reply)(void *to, struct call *c, json_t *reply);
	/* The bytes of the file PATH, for an output that was asked for as "-". */
	enum fail (*data)(void *to, struct call *c, const char *path);
};

/* Runs OP with the JSON object ARGS (borrowed, defaults are added to it): the one gate through
 * which every call goes, whoever makes it. Replies go to SINK. */
enum fail op_dispatch(struct call *c, const struct op *op, json_t *args, const struct op_sink *sink,
	void *to);

/* For run(): says one reply (or row); hands over a file's bytes; tells whether an argument was
 * given rather than defaulted; records a finished file together with the end of the call. */
enum fail op_emit(struct call *c, const void *reply);
enum fail op_data(struct call *c, const char *path);
bool op_given(struct call *c, const char *name);
void op_made(struct call *c, const struct file *file);

/* What was remarked so far in this call, ended by NULL: for a reply's `warnings`. */
const char *const *op_warnings(struct call *c);

/* The operation called NAME ("video render", "video_render" or "video-render"), or NULL. */
const struct op *op_find(const char *name);
/* NAME with SEPARATOR between noun and verb: '_' for tools, '-' for pages. */
const char *op_name(struct call *c, const struct op *op, char separator);
/* The operation whose name is nearest to the words NAME, or NULL. */
const struct op *op_nearest(struct call *c, const char *name);

/* Faces; each is computed from the table alone. */
const char *op_to_usage(struct call *c, const struct op *op);      /* one line */
const char *op_to_help(struct call *c, const struct op *op);       /* --help */
const char *op_to_man(struct call *c, const struct op *op);        /* roff, man macros */
json_t *op_to_tool(const struct op *op, struct call *c);           /* MCP tool, 2026-07-28 */
json_t *op_to_tools(struct call *c);
json_t *op_to_openapi(struct call *c, const char *server);         /* OpenAPI 3.1 */
const char *op_to_surface(struct call *c);                         /* for reviews: all of it, terse */

/* Rules that the compiler cannot check; *COUNT problems, each a call_warn(). */
enum fail op_check_table(struct call *c, int64_t *count);

#endif
