/* Operations: each declared once, in one table row; every face of the program is computed from
 * these rows, and every call of one goes through op_dispatch(). */
#ifndef OP_OP_H
#define OP_OP_H

#include "lib/field/field.h"
#include "lib/model/file.h"
#include "lib/policy/policy.h"

enum op_flag {
	OP_LONG = 1,  /* takes long: shows progress, is kept as a task */
	OP_SHELL = 2, /* for the person at the machine only: on no other channel */
	OP_DRY = 4,   /* understands --dry-run */
	OP_ANYHOW = 8, /* works even when the configuration is broken */
	OP_NOW = 128,   /* makes no sense on the queue */
	OP_OPEN = 32,  /* needs no key */
	OP_WAIT = 64,  /* waits for a task to end: ?wait= */
	OP_LATER = 256, /* what it was asked for happens behind its answer: HTTP status 202 */
	OP_BYTES = 512, /* its answer over HTTP is the bytes of a file */
	OP_ASK = 8192,  /* takes away what the owner may miss: an assistant's user is asked first */
	OP_PROTOCOL = 16384, /* part of a protocol over HTTP: on no other channel, no tool, in no document */
	OP_PAGE = 32768, /* for a browser: its reply is a page, or names one; see lib/front/page.c */
	OP_FORM = 65536, /* its body is a form, application/x-www-form-urlencoded */
	OP_BASIC = 131072, /* Authorization: Basic gives the arguments client_id and client_secret */
	OP_NEAR = 262144, /* needs no key when asked from this machine itself */
	OP_STORE = 524288, /* changes the store and nothing else: before its commit it may run again */
	OP_QUICK = 16, /* only looks into the store or writes a row: never waits for anything else */
};

/* A member of a guide's request: FROM is a path in it ("parameters.topic"), TO the argument that it
 * is here; NULL: nothing is made of it yet, which is remarked. */
struct op_rename {
	const char *from, *to;
	bool seconds;           /* a number of seconds becomes a length, "90s" */
	bool text;              /* only what names no document: neither a URL nor the id of a file */
	const char *is, *means; /* only the value IS, which becomes MEANS; NULL: any, as it is */
};

/* In which form callers over HTTP learn that an operation failed; lib/front/dialect.c. */
enum dialect {
	DIALECT_TRAE,  /* {"error":{"code","message",...}}, of /api/v1 */
	DIALECT_OAUTH, /* {"error","error_description"} of RFC 6749 5.2 and RFC 7591 3.2.2 */
	DIALECT_PAGE,  /* a page for a person */
	DIALECT_DETAIL, /* {"detail"}, as FastAPI has it; members that nobody knows are passed over */
};

/* One more route of an operation, of a guide or a protocol. */
struct op_alias {
	const char *route;
	const char *id;          /* its operationId: unique, of [a-zA-Z0-9_-] */
	enum dialect dialect;
	const char *preset;      /* "as=actions": an argument that this route gives */
	const char *media_type;  /* the document alone is the answer, of this type */
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
	int64_t fresh_ms;      /* how old a reply may be that a server gives again; 0: made anew */
	const char *rows;      /* the reply is many: name of their array in JSON */
	const struct field *beside; /* members of JSON beside that array; NULL: none */
	const char *lacks;     /* why it cannot be done by this version, which every call of it is
	                          told (FAIL_CONFIG) and no document offers; NULL: it can */
	const char *document;  /* the member that the shell prints alone */
	const char *upload;    /* the argument that a body which is no JSON object is put in whole:
	                          lines or an array of JSON, CSV; NULL: none may come */
	const char *resource;  /* slots it takes on the queue: "render", "net"; NULL: "light" */
	const struct op_alias *aliases; /* more routes; ends with a NULL route; may be NULL */
	enum dialect dialect;
	const struct op_rename *renames; /* more names over HTTP; ends with a NULL from */
	/* Whether there is what it needs for ARGS, asked before it is put on the queue; may be NULL. */
	enum fail (*ready)(struct call *c, const void *args);
	enum fail (*run)(struct call *c, const void *args);
};

/* All operations, ended by NULL; defined beside cmd/ops.h, where one line registers one. */
extern const struct op *const op_table[];

/* The longest that a caller may wait for a task with OP_WAIT: below what clients wait for. */
#define OP_WAIT_MAX_S 40

#define OP_ARGS(T, ...) .args = FIELDS(__VA_ARGS__), .args_size = sizeof(T)
#define OP_ALIASES(...) .aliases = (const struct op_alias[]){__VA_ARGS__, {.route = NULL}}
#define OP_NO_ARGS .args = (const struct field[]){{.name = NULL}}, .args_size = 1
#define OP_NO_REPLY .reply = (const struct field[]){{.name = NULL}}, .reply_size = 1
#define OP_REPLY(T, ...) .reply = FIELDS(__VA_ARGS__), .reply_size = sizeof(T)

/* What a list that is given in pages says beside its rows, as the guides' clients read it. */
struct page_beside {
	json_t *pagination;
};
struct pagination {
	int64_t total, limit, offset;
	bool has_more;
};
extern const struct field pagination_fields[];
#define OP_PAGED                                                                                   \
	.beside = FIELDS(FIELD(struct page_beside, pagination, "Where in the list these stand",    \
		.required = true, .of = pagination_fields))

/* Where a front receives what an operation says. */
struct op_sink {
	/* One reply or row, borrowed. */
	enum fail (*reply)(void *to, struct call *c, json_t *reply);
	/* Instead, for a front that reads no member of it: the one reply as JSON. May be NULL. */
	enum fail (*text)(void *to, struct call *c, const char *json);
	/* Behind the gate: true when the front has a reply that is fresh enough. May be NULL. */
	bool (*again)(void *to, struct call *c);
	/* The bytes of FILE, of which only the path has to be set. */
	enum fail (*data)(void *to, struct call *c, const struct file *file);
	/* Asks whoever is behind the call the question KEY: METHOD and PARAMS (stolen) are those of a
	 * request of MCP to its client. *ANSWER is that request's result, borrowed. FAIL_APPROVAL
	 * while it is not answered, FAIL_DENIED when it cannot be asked. NULL: nobody is asked. */
	enum fail (*ask)(void *to, struct call *c, const char *key, const char *method,
		json_t *params, json_t **answer);
	/* Takes the files that the call made, and its record as a task, off the gate's hands: for a
	 * worker, whose supervisor writes both. NULL: the gate records them. */
	enum fail (*made)(void *to, struct call *c, const struct file *files, size_t n);
};

/* Runs OP with the JSON object ARGS (borrowed, and as it was given until the call has ended; an
 * idempotency key is taken out): the one gate through which every call goes, whoever makes it.
 * Replies go to SINK. */
enum fail op_dispatch(struct call *c, const struct op *op, json_t *args, const struct op_sink *sink,
	void *to);

/* The same in two steps: what can be done before the store is needed, and the call itself, which may
 * be made again where a transaction was rolled back. Kept by C. */
struct op_call *op_prepare(struct call *c, const struct op *op, json_t *args,
	const struct op_sink *sink, void *to);
enum fail op_perform(struct call *c, const struct op_call *prepared);

/* Whether the gate would let the caller of C do OP: for what stands before a call of it, as waiting or
 * showing it does. */
bool op_allowed(struct call *c, const struct op *op);

/* For run(): says one reply (or row); hands over a file's bytes; tells whether an argument was
 * given rather than defaulted; records a finished file together with the end of the call. */
enum fail op_emit(struct call *c, const void *reply);
/* Says what stands beside the rows, by the table's `beside`; and the same of an OP_PAGED list. */
void op_beside(struct call *c, const void *members);
void op_page(struct call *c, const struct pagination *page);
enum fail op_data(struct call *c, const struct file *file);
bool op_given(struct call *c, const char *name);
void op_made(struct call *c, const struct file *file);

/* Asks whoever is behind the call, as the sink does; FAIL_DENIED where nobody can be asked. */
enum fail op_ask(struct call *c, const char *key, const char *method, json_t *params,
	json_t **answer);

/* The key of the question whether to go on, which the gate asks before an operation with OP_ASK. */
#define OP_CONFIRM "confirm"

/* What OP answers as a whole: its reply, or an object with the array of its rows and what C has
 * beside them. Borrowed from C; REPLIES is an array. */
json_t *op_result(struct call *c, const struct op *op, json_t *replies);

/* Brings BODY, in the operation's own names or a guide's, into ARGS. INNER: it is what a guide's
 * request has in its member "parameters". FAIL_USAGE for a member of an object that neither knows,
 * unless LENIENT. */
enum fail op_arguments(struct call *c, const struct op *op, const json_t *body, bool inner,
	bool lenient, json_t *args);

/* Where C is from far, the members of REPLY, one of OP, that say where something lies on this machine
 * become null, and texts name it as dir_told() does. */
void op_hide_places(struct call *c, const struct op *op, json_t *reply);

/* The reply FROM of OP as JSON text in C's arena: what field_emit() and op_hide_places() make of it,
 * without a tree. */
const char *op_reply_text(struct call *c, const struct op *op, const void *from);

/* What was remarked so far in this call, ended by NULL: for a reply's `warnings`. */
const char *const *op_warnings(struct call *c);

/* The operation called NAME ("video render", "video_render" or "video-render"), or NULL. */
const struct op *op_find(const char *name);
/* NAME with SEPARATOR between noun and verb: '_' for tools, '-' for pages. */
const char *op_name(struct call *c, const struct op *op, char separator);
/* Whether SCOPE is an operation or the noun of some. */
bool op_covers(const char *scope);
/* The operation whose name is nearest to the words NAME, or NULL. */
const struct op *op_nearest(struct call *c, const char *name);

/* Faces; each is computed from the table alone. */
const char *op_to_usage(struct call *c, const struct op *op);      /* one line */
const char *op_to_help(struct call *c, const struct op *op);       /* --help */
const char *op_to_man(struct call *c, const struct op *op);        /* roff, man macros */
/* JSON Schema of what OP answers as a whole: its reply, or the object with its rows. */
json_t *op_reply_schema(const struct op *op);
/* Whether OP is a tool at all: not for the shell or for a protocol alone, and without a secret among
 * its arguments, which no model is to have. */
bool op_is_tool(const struct op *op);
json_t *op_to_tool(const struct op *op, struct call *c);           /* MCP tool, 2026-07-28 */
json_t *op_to_tools(struct call *c);
json_t *op_to_openapi(struct call *c, const char *server);         /* OpenAPI 3.1 */

/* ChatGPT's Actions: at most so many operations, reached below this path, with fewer
 * characters than that in requests and in answers. */
#define ACTIONS_MAX 30
#define ACTIONS_PATH "/actions"
#define ACTIONS_CHARACTERS 100000
/* Whether OP is one of them, by the setting actions.operations; those about keys and rules never
 * are, nor those that answer with bytes. */
bool op_in_actions(struct call *c, const struct op *op);
/* Their document, with SERVER (which has to be https) as its one server. Kept by C. */
enum fail op_to_actions(struct call *c, const char *server, json_t **out);
/* The same operations as function tools of OpenAI's Responses API, strict where their arguments
 * allow it. A new reference. */
json_t *op_to_functions(struct call *c);

const char *op_to_surface(struct call *c);                         /* for reviews: all of it, terse */

/* Rules that the compiler cannot check; *COUNT problems, each a call_warn(). */
enum fail op_check_table(struct call *c, int64_t *count);

#endif
