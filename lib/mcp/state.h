/* What the files of lib/mcp share. */
#ifndef MCP_STATE_H
#define MCP_STATE_H

#include <pthread.h>

#include "lib/mcp/mcp.h"
#include "lib/model/task.h"
#include "lib/op/op.h"

#define MCP_MODERN "2026-07-28"
#define MCP_META "io.modelcontextprotocol/"
#define MCP_TASKS MCP_META "tasks"

/* Codes of JSON-RPC 2.0, of the protocol, and of MCP Events. */
enum mcp_code {
	MCP_PARSE = -32700,
	MCP_INVALID = -32600,
	MCP_METHOD = -32601,
	MCP_PARAMS = -32602,
	MCP_INTERNAL = -32603,
	MCP_HEADERS = -32020,
	MCP_CAPABILITY = -32021,
	MCP_VERSION = -32022,
	MCP_SUBSCRIPTION = -32015,
};

/* A recorded file and a task, as resources. */
#define MCP_FILE_URI "trae://file/"
#define MCP_TASK_URI "trae://task/"

/* How long clients may keep lists. Which tools there are changes with a key's role only. */
#define MCP_TTL_MS 60000
/* A client is told to look after a task so often, and is waited for a task so long. */
#define MCP_POLL_MS 1000
#define MCP_WAIT_MS 50000

/* So many request states are remembered; the oldest give way, and are refused. */
#define MCP_STATES_MAX 4096

/* A result given again, as text, while it is fresh. */
struct mcp_fresh {
	char *text;
	int64_t until_us;
};

struct mcp {
	pthread_mutex_t lock;
	pthread_cond_t answered;
	struct mcp_pending *pending; /* questions that clients have yet to answer */
	const char *run;             /* identifier of this process: its request states name it */
	uint64_t states[MCP_STATES_MAX]; /* numbers of those given and not brought back, by number
	                                    modulo that many; 0: none */
	uint64_t last_state;
	char **tools;                /* by place in op_table: the tool as text; NULL: none */
	struct mcp_fresh *fresh;     /* by place in op_table */
	volatile bool closing;
	void (*queued)(void *to);    /* a task was put on the queue */
	void *queued_to;
};

/* jsonrpc.c. Takes TEXT apart; false, and X is answered, when it is no message. */
bool mcp_envelope(struct mcp_exchange *x, const char *text, size_t len);
/* The answer with RESULT (stolen), or with the text of one. */
void mcp_answer(struct mcp_exchange *x, json_t *result);
void mcp_answer_text(struct mcp_exchange *x, const char *result);
/* The answer that it failed; DATA (stolen) may be NULL. Returns NULL, for methods to return. */
json_t *mcp_error(struct mcp_exchange *x, enum mcp_code code, json_t *data, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
/* Sends a notification with PARAMS (stolen); false when the client has gone. */
bool mcp_notify(struct mcp_exchange *x, const char *method, json_t *params);
/* Member NAME of the parameters as text; NULL, and X is answered, when it is none. */
const char *mcp_text_param(struct mcp_exchange *x, const char *name);

/* era.c. Puts what caches are told into RESULT where the era has it; OWN: it is of this caller only. */
json_t *mcp_cacheable(const struct mcp_exchange *x, json_t *result, int64_t ttl_ms, bool own);
json_t *mcp_initialize(struct mcp_exchange *x);
json_t *mcp_discover(struct mcp_exchange *x);

/* tools.c. The operation that the tool NAME is; NULL: none. And its place in op_table. */
const struct op *mcp_tool_find(const char *name);
size_t mcp_tool_place(const struct op *op);
json_t *mcp_tools_list(struct mcp_exchange *x);
/* search_tools of the two-tool mode. */
json_t *mcp_tools_search(struct mcp_exchange *x, const json_t *args);

/* call.c. */
json_t *mcp_tools_call(struct mcp_exchange *x);
/* Runs OP with ARGS through the gate; *REPLIES is an array, FILES what it handed over. */
struct mcp_run {
	struct mcp_exchange *x;
	const struct op *op;
	json_t *replies;
	struct file files[4];
	size_t files_count;
	const char *fresh;   /* the result of a moment ago, as text */
};
enum fail mcp_dispatch(struct mcp_exchange *x, const char *operation, json_t *args,
	struct mcp_run *out);
/* The result of a call that ended so; a new reference. */
json_t *mcp_tool_result(struct mcp_exchange *x, json_t *structured, const struct mcp_run *run);
json_t *mcp_tool_failure(struct mcp_exchange *x, enum fail f, const char *why);
/* Progress of what is called, to a client that gave a token for it. */
void mcp_tell_progress(struct mcp_exchange *x, double done, double total, const char *text);

/* content.c. A content block of FILE's bytes; a new reference. */
json_t *mcp_file_content(struct mcp_exchange *x, const struct file *file);
json_t *mcp_file_link(struct mcp_exchange *x, const struct file *file);
json_t *mcp_text_content(const char *text);
/* What resources/read says of FILE at URI; NULL with the reason in C. */
json_t *mcp_file_resource(struct call *c, const char *uri, const struct file *file);

/* ask.c. op_sink's ask; and what the client brought along of earlier rounds. */
enum fail mcp_ask(void *to, struct call *c, const char *key, const char *method, json_t *params,
	json_t **answer);
/* False, and X is answered, when the state is not one that was given to this call, or came before. */
bool mcp_ask_begin(struct mcp_exchange *x);
/* The result that asks for what was asked; a new reference. */
json_t *mcp_ask_result(struct mcp_exchange *x);
json_t *mcp_ask_missing(struct mcp_exchange *x);
/* A client's answer to a request of ours. */
void mcp_ask_take(struct mcp_exchange *x);

/* tasks.c. Puts OP with ARGS on the queue and answers with the task, or what it ended with. */
json_t *mcp_task_call(struct mcp_exchange *x, const struct op *op, json_t *args);
/* Waits until the task ID has ended, for WAIT_MS at most; *T is how it then stands.
 * FAIL_INTERRUPTED when the client goes meanwhile. */
enum fail mcp_task_wait(struct mcp_exchange *x, const char *id, int64_t wait_ms, struct task *t);
/* The task ID, when it is one that X's caller put on the queue; else FAIL_MISSING. */
enum fail mcp_task_own(struct mcp_exchange *x, const char *id, struct task *t);
json_t *mcp_tasks_get(struct mcp_exchange *x);
json_t *mcp_tasks_update(struct mcp_exchange *x);
json_t *mcp_tasks_cancel(struct mcp_exchange *x);
/* The task as the extension describes it; a new reference. */
json_t *mcp_task_detail(struct mcp_exchange *x, const struct task *t);

/* resources.c, prompts.c, complete.c, listen.c, events.c. */
json_t *mcp_resources_list(struct mcp_exchange *x);
json_t *mcp_resources_templates(struct mcp_exchange *x);
json_t *mcp_resources_read(struct mcp_exchange *x);
json_t *mcp_prompts_list(struct mcp_exchange *x);
json_t *mcp_prompts_get(struct mcp_exchange *x);
json_t *mcp_complete(struct mcp_exchange *x);
json_t *mcp_listen(struct mcp_exchange *x);
json_t *mcp_events_list(struct mcp_exchange *x);
json_t *mcp_events_subscribe(struct mcp_exchange *x);
json_t *mcp_events_unsubscribe(struct mcp_exchange *x);

#endif
