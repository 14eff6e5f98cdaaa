/* Language models behind any OpenAI-compatible base URL. */
#ifndef NET_LLM_H
#define NET_LLM_H

#include "lib/base/call.h"

struct llm {
	const char *base_url; /* as in https://api.openai.com/v1 */
	const char *key;      /* secret, or NULL for servers without keys */
	const char *model;    /* never defaulted in code */
	const char *api;      /* "responses" or "chat" */
	int64_t timeout_ms;   /* of one attempt; 0: ten minutes */
};

/* Asks for one answer to PROMPT under INSTRUCTIONS; streams, so that progress shows and a stop
 * works. Retries as the vendor's own clients do: twice, on 408, 409, 429 and 5xx and broken
 * connections, 0.5 s doubling to 8 s less up to a quarter at random, retry-after and
 * retry-after-ms first (up to a minute), x-should-retry over all, never on insufficient_quota.
 * *ANSWER is in C's arena, without control characters but newlines; one that was cut off is warned
 * about. FAIL_REMOTE carries the server's words, FAIL_CONFIG for a refused key, a model that does
 * not exist or a base URL that is none. */
enum fail llm_ask(struct call *c, const struct llm *llm, const char *instructions,
	const char *prompt, const char **answer);

/* Names that GET /models offers, in C's arena; ends with NULL. Fails as llm_ask(). */
enum fail llm_models(struct call *c, const struct llm *llm, const char *const **names);

#endif
