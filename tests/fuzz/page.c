/* Fuzz target: documents of all formats. The first byte chooses the format. */
#include <stdlib.h>
#include <string.h>

#include "lib/os/module.h"
#include "lib/page/page_module.h"
#include "lib/text/utf8.h"

extern const struct page_module trae_module;

/* The module is linked in, so that the fuzzer sees its branches. */
enum fail module_load(struct call *c, const char *name, const void **table)
{
	(void)c;
	(void)name;
	*table = &trae_module;
	return FAIL_NONE;
}

static void check_text(const char *text)
{
	if (text && utf8_valid(text, strlen(text)) != strlen(text))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct call c = {0};
	struct page page = {0};

	if (!size)
		return 0;
	if (page_read(&c, data[0] % 3, (const char *)data + 1, size - 1, NULL,
		&page) != FAIL_NONE) {
		if (!c.why)
			abort();
		page.count = 0;
	}
	check_text(page.title);
	for (size_t i = 0; i < page.count; i++) {
		const struct block *b = &page.blocks[i];

		check_text(b->text);
		check_text(b->target);
		if ((b->kind == BLOCK_IMAGE) != (b->target != NULL) || b->line < 0)
			abort();
		if (b->kind != BLOCK_CODE && b->kind != BLOCK_TABLE && strchr(b->text, '\n'))
			abort();
	}
	call_release(&c);
	return 0;
}
