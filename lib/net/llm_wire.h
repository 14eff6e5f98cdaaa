/* Wire forms of language-model servers: what is asked, what they answer and how they refuse. Pure
 * decisions, no I/O. */
#ifndef NET_LLM_WIRE_H
#define NET_LLM_WIRE_H

#include <stdbool.h>

#include "lib/json/json.h"
#include "lib/net/llm.h"
#include "lib/net/sse.h"

/* What a server said against a request; texts in the arena of the call, without control
 * characters, "" when it said nothing. */
struct llm_error {
	const char *message, *code, *type;
};

struct llm_answer {
	struct buf text;
	struct buf refusal;      /* what the model said instead of answering */
	bool complete;           /* the server said that this is all */
	const char *cut;         /* why the answer is not whole, or NULL */
	const char *secret;      /* taken out of the words of an error */
	bool failed;             /* the stream brought an error */
	struct llm_error error;
};

/* Path below the base URL and JSON body of a question; FAIL_CONFIG for an api that is none. */
enum fail llm_question(struct call *c, const struct llm *llm, const char *instructions,
	const char *prompt, const char **path, const char **body);

/* An answer to be filled by llm_take_event(). */
struct llm_answer llm_answer_in(struct arena *a, const char *secret);

/* Adds one event of a stream, or a whole answer of a server that does not stream: Responses,
 * chat completions and Ollama's own form. Unknown events are passed over, as their makers ask.
 * FAIL_REMOTE for what is no JSON object. */
enum fail llm_take_event(struct call *c, struct llm_answer *a, const struct sse_event *event);

/* TEXT of a server for a person: without control characters, up to 400 bytes, and without SECRET
 * when that is not NULL, because some servers repeat the key. */
const char *llm_shown(struct call *c, const char *text, const char *secret);

/* What the body of a refusal says, as llm_shown() gives it. Errors are objects or strings, codes
 * numbers or strings; what is no JSON is the message itself. */
struct llm_error llm_read_error(struct call *c, const char *body, size_t len, const char *secret);

/* Names in the answer to GET /models, ends with NULL. FAIL_REMOTE for another form. */
enum fail llm_read_models(struct call *c, const char *body, size_t len,
	const char *const **names);

#endif
