/* MCP: the Model Context Protocol over whatever carries its messages. A front hands in one JSON-RPC
 * message with its caller and gets back one answer; on the way there, notifications go to its
 * mcp_out.
 *
 * Two eras are spoken side by side: "legacy", revisions 2025-03-26 to 2025-11-25, which open with
 * initialize, and "modern", 2026-07-28, in which each request says in params._meta which revision it
 * is of and what its client can do. */
#ifndef MCP_MCP_H
#define MCP_MCP_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

#include "lib/base/call.h"
#include "lib/json/json.h"

/* What a process that serves keeps from message to message. Safe to use from several threads. */
struct mcp;

/* What a client says that it can do for a server. */
enum mcp_can {
	MCP_CAN_ELICIT = 1, /* ask its user */
	MCP_CAN_SAMPLE = 2, /* ask its model */
	MCP_CAN_ROOTS = 4,  /* name its folders */
	MCP_CAN_TASKS = 8,  /* follow tasks: the extension io.modelcontextprotocol/tasks */
};

struct mcp_client {
	const char *version; /* revision of the protocol; of the legacy era the one agreed on */
	bool modern;
	unsigned can;        /* of enum mcp_can */
	bool logs;           /* wants notifications/message */
};

/* Where a front takes what comes before the answer. */
struct mcp_out {
	/* Sends one message, TEXT on one line; NULL: nothing but a sign of life. False when the
	 * client has gone. */
	bool (*send)(void *to, const char *text);
	/* Whether the client has gone, or does not want the answer any more. */
	bool (*gone)(void *to);
	void *to;
};

enum mcp_kind { MCP_NONE, MCP_REQUEST, MCP_NOTIFICATION, MCP_RESPONSE };

/* One message and its answer. The front sets the first group. */
struct mcp_exchange {
	struct mcp *mcp;
	struct call *call;       /* with its caller; all below lives in its arena */
	const struct mcp_out *out;
	struct mcp_client client; /* legacy: what initialize said, as far as the front knows it */
	const char *transport_version; /* header MCP-Protocol-Version; NULL: none came */
	bool headers;            /* the transport has headers, which mirror the body */
	bool two_tools;          /* shows search_tools and call_tool in place of all tools */

	enum mcp_kind kind;
	const char *method;
	json_t *id, *params, *meta; /* borrowed; meta is params._meta; each may be NULL */
	json_t *message;

	volatile sig_atomic_t cancelled; /* the front: the client said that it does not want it */

	/* The answer: JSON on one line, "" for none; NULL: not yet. STATUS is that of HTTP. */
	const char *answer;
	int status;
	const char *session;     /* an id for the client to bring along; or NULL */

	/* Inside lib/mcp. */
	json_t *asked;           /* questions of this round, by key */
	json_t *asked_before;    /* in an earlier round, by key */
	json_t *answers;         /* those given so far, by key */
	unsigned missing;        /* a capability that was needed and not declared */
	double progress;         /* told last */
	int64_t progress_us;     /* and when */
};

/* FAIL_NONE, and *OUT is the caller's. What C holds must outlive it. */
enum fail mcp_start(struct call *c, struct mcp **out);
void mcp_free(struct mcp *m);

/* Has QUEUED called whenever a task was put on the queue: for a process that has to run it. */
void mcp_on_task(struct mcp *m, void (*queued)(void *to), void *to);

/* Ends all waiting: what is waited for goes on without the client. */
void mcp_close(struct mcp *m);

/* Reads TEXT into X. When there is nothing left to run (a message that is none, a version that is
 * not spoken), X has its answer then. */
void mcp_read(struct mcp_exchange *x, const char *text, size_t len);

/* The headers of HTTP that mirror a modern request (2026-07-28, "Request Metadata"): METHOD is
 * Mcp-Method, NAME Mcp-Name, each NULL when it did not come. May answer X. */
void mcp_check_headers(struct mcp_exchange *x, const char *method, const char *name);

/* True for what never waits: it looks into the store at most. */
bool mcp_is_quick(const struct mcp_exchange *x);

/* Does what X asks for, and answers it. */
void mcp_run(struct mcp_exchange *x);

/* Answers X that too much is under way. */
void mcp_refuse_busy(struct mcp_exchange *x);

/* The id of the request that X, a notification, cancels; NULL when it is none. Borrowed. */
const json_t *mcp_cancels(const struct mcp_exchange *x);

/* A signed text that says what CLIENT can do, for it to bring along with every request; no two are
 * the same. And back: FAIL_MISSING for one that is none of ours. */
enum fail mcp_session_text(struct call *c, const struct mcp_client *client, const char **out);
enum fail mcp_session_read(struct call *c, const char *text, struct mcp_client *out);

#endif
