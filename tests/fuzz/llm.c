/* Fuzz target: whatever a model's server sends, as a stream, as a refusal or as a list. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/net/llm_wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static enum fail take(struct call *c, void *to, const struct sse_event *event)
{
	return llm_take_event(c, to, event);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct call c = {0};
	struct llm_answer answer = llm_answer_in(&c.arena, "sk-canary");
	struct sse s = {.call = &c, .event = take, .to = &answer};
	const char *body = arena_memdup(&c.arena, data, size);
	const char *const *names;
	struct llm_error e;

	if (sse_feed(&s, body, size) == FAIL_NONE && answer.failed &&
		strstr(answer.error.message, "sk-canary"))
		abort();
	e = llm_read_error(&c, body, size, "sk-canary");
	if (strstr(e.message, "sk-canary") || strlen(e.message) > 400)
		abort();
	if (llm_read_models(&c, body, size, &names) == FAIL_NONE)
		for (; *names; names++)
			if (!**names && names[1])
				break;
	call_release(&c);
	return 0;
}
