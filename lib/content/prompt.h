/* Prompt: asking a language model for a script, and reading what it answers. */
#ifndef CONTENT_PROMPT_H
#define CONTENT_PROMPT_H

#include "lib/content/ask.h"

/* Bytes of all sources together that a prompt carries, each its share. */
#define PROMPT_SOURCE_BYTES 60000

struct prompt {
	const char *instructions;
	const char *text;
};

/* What to ask for the script of ASK. The sources stand between fences of random digits and are
 * declared to be data, so that text in them that reads like an order is not one. Sources that
 * had to be shortened give a warning (call_warn). */
void prompt_write(struct call *c, const struct script_ask *ask, struct prompt *out);

/* The script in a model's ANSWER. What is not script goes: a fence around it, talk before its first
 * heading, pictures (a model has none), its own list of sources, citations of sources that do not
 * exist. Sentences that cite no source are listed in warnings, when there are sources. FAIL_REMOTE
 * when no script with a heading remains, as of a refusal. */
enum fail prompt_answer(struct call *c, const struct script_ask *ask, const char *answer,
	struct script *out);

#endif
