/* Fuzz target: scripts. What is read as a script, written as Markdown and read again is the same
 * script; extraction from it quotes only what it says. */
#include <stdlib.h>
#include <string.h>

#include "lib/content/extract.h"
#include "lib/content/length.h"
#include "lib/content/prompt.h"
#include "lib/os/module.h"
#include "lib/page/page_module.h"

extern const struct page_module trae_module;

enum fail module_load(struct call *c, const char *name, const void **table)
{
	(void)c;
	(void)name;
	*table = &trae_module;
	return FAIL_NONE;
}

static void read_again(struct call *c, const struct script *s)
{
	const char *text = script_markdown(c, s), *again;
	struct script second;

	if (script_parse(c, text, strlen(text), &second) != FAIL_NONE)
		abort();
	again = script_markdown(c, &second);
	if (strcmp(text, again))
		abort();
}

static void extract(struct call *c, const struct page *page)
{
	struct source source = {"fuzz", NULL, page};
	struct script_ask ask = {"wind power", NULL, 30, &source, 1};
	struct extract e;

	if (extract_write(c, &ask, &e) != FAIL_NONE)
		return;
	JSON_AUTO j = extract_json(&ask, &e);
	if (!j || !e.count)
		abort();
	read_again(c, &e.script);
}

static void answer(struct call *c, const struct page *page, const char *text)
{
	struct source source = {"fuzz", NULL, page};
	struct script_ask ask = {"wind power", NULL, 30, &source, 1};
	struct script s;

	if (prompt_answer(c, &ask, text, &s) == FAIL_NONE)
		for (size_t i = 0; i < s.count; i++)
			if (s.scenes[i].picture)
				abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct call c = {0};
	const char *text = arena_memdup(&c.arena, data, size);
	struct page page;
	struct script s;
	double seconds;

	(void)length_read(text, size, &seconds);
	if (page_read(&c, PAGE_MARKDOWN, text, size, NULL, &page) == FAIL_NONE) {
		extract(&c, &page);
		answer(&c, &page, text);
		fail_forget(&c);
		if (script_from_page(&c, &page, &s) == FAIL_NONE) {
			JSON_AUTO j = script_json(&s);
			JSON_AUTO scenes = script_scenes_json(&s);

			if (!j || !scenes || !*script_plain(&c, &s))
				abort();
			read_again(&c, &s);
		}
	}
	call_release(&c);
	return 0;
}
