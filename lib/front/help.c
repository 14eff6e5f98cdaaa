/* Help that belongs to no single operation. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "lib/front/shell.h"

/* Operations whose names begin with BEGUN, their summaries in one column. */
static void list(struct buf *b, const char *begun, const char *before)
{
	size_t wide = 0, len = strlen(begun);

	for (size_t i = 0; op_table[i]; i++)
		if (!strncmp(op_table[i]->name, begun, len) && strlen(op_table[i]->name) > wide)
			wide = strlen(op_table[i]->name);
	for (size_t i = 0; op_table[i]; i++)
		if (!strncmp(op_table[i]->name, begun, len))
			buf_addf(b, "  %s%-*s  %s\n", before, (int)wide, op_table[i]->name,
				op_table[i]->summary);
}

const char *help_overview(struct call *c)
{
	struct buf b = buf_in(&c->arena);

	buf_adds(&b, "Usage: trae COMMAND [WORD...] [OPTION...]\n"
		"The same hands on this machine for its owner's shell, cron and assistants.\n\n");
	list(&b, "", "");
	buf_adds(&b,
		"\nOptions of every command:\n"
		"  -h, --help            help for the command\n"
		"      --json, --jsonl   the reply as one JSON document, or one a line\n"
		"      --plain           tab-separated, as when piped\n"
		"      --format TEXT     a template, as '{{id}}\\t{{state}}'\n"
		"      --select A,B      only these members\n"
		"  -n, --dry-run         say what would happen, change nothing\n"
		"      --progress HOW    auto, bar, plain, json or none\n"
		"      --color WHEN      auto, always or never\n"
		"  -q, --quiet           no remarks\n"
		"  -y, --yes             no question before what cannot be undone\n"
		"      --queue           as a task on the queue instead of now; prints its id\n"
		"      --idempotency-key K   the same call under the same key is done once\n"
		"  -V, --version         version\n"
		"      --install DIR     links trae-COMMAND for every command\n"
		"\nMore: trae help COMMAND, man trae. A program trae-foo on PATH is trae foo.\n");
	return b.data;
}

const char *help_group(struct call *c, const char *noun)
{
	struct buf b = buf_in(&c->arena);

	list(&b, arena_printf(&c->arena, "%s ", noun), "trae ");
	return b.len ? b.data : NULL;
}

enum fail help_install(struct call *c, const char *folder)
{
	char self[4096];
	ssize_t len = readlink("/proc/self/exe", self, sizeof self - 1);

	if (len <= 0)
		return fail_errno(c, errno, "cannot tell where this program lies");
	self[len] = '\0';
	for (size_t i = 0; op_table[i]; i++) {
		const char *link = arena_printf(&c->arena, "%s/trae-%s", folder,
			op_name(c, op_table[i], '-'));

		if (symlink(self, link) && errno != EEXIST)
			return fail_errno(c, errno, "cannot make link %s", link);
	}
	return FAIL_NONE;
}
