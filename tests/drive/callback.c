/* Drives the outbox of callbacks from a command line, for tests that need rows without a queue.
 *
 *     callback put URL COUNT [BYTES]   COUNT completed tasks whose callback_url is URL; the result
 *                                      of each has BYTES bytes and a few that are hard to sign
 *     callback each                    one for each URL of standard input
 *     callback check [HOSTS]           what callback_check() says of each URL of standard input
 *     callback due                     makes what waits due now and closes every circuit */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/id.h"
#include "lib/model/callback.h"
#include "lib/store/store.h"

static int tell(struct call *c, enum fail got)
{
	if (got != FAIL_NONE)
		fprintf(stderr, "%s: %s\n", fail_kind(got)->word, c->why ? c->why : "");
	return fail_kind(got)->exit;
}

static const char *result_text(struct call *c, int number, size_t bytes)
{
	json_t *rows = json_keep(c, json_array());
	json_t *row = json_object();
	char *padding = arena_alloc(&c->arena, bytes + 1, 1);

	memset(padding, 'x', bytes);
	json_object_set_new(row, "number", json_integer(number));
	json_object_set_new(row, "text", json_string("\"\\ \n\t./\u00e9\u6f22\U0001f600\u2028"));
	json_object_set_new(row, "padding", json_string(padding));
	json_array_append_new(rows, row);
	return json_text(c, rows, false);
}

static enum fail put(struct call *c, const char *url, int number, size_t bytes)
{
	struct task t = {.id = id_new(&c->arena), .operation = "status", .state = "completed",
		.callback_url = url, .result = result_text(c, number, bytes),
		.created_at = clock_now_ms() - 2500, .started_at = clock_now_ms() - 1500,
		.completed_at = clock_now_ms()};

	TRY(store_begin(c));
	return store_end(c, callback_enqueue(c, &t, "task.completed"));
}

static enum fail put_many(struct call *c, const char *url, int count, size_t bytes)
{
	for (int i = 1; i <= count; i++)
		TRY(put(c, url, i, bytes));
	return FAIL_NONE;
}

/* Runs ONE for every line of standard input; what it refuses is printed with its reason. */
static int each(struct call *c, const char *hosts, bool check)
{
	char line[16384];

	while (fgets(line, sizeof line, stdin)) {
		enum fail got;

		line[strcspn(line, "\n")] = '\0';
		got = check ? callback_check(c, line, hosts, NULL)
			    : put(c, arena_strdup(&c->arena, line), 1, 0);
		printf("%s %s %s\n", got ? fail_kind(got)->word : "ok", line,
			got && c->why ? c->why : "");
		fail_forget(c);
	}
	return 0;
}

static enum fail make_due(struct call *c)
{
	TRY(store_run(c, SQL("update callback set next_at = 1 where state = 'pending'"), NO_PARAMS,
		NULL));
	return store_run(c, SQL("update callback_origin set open_until = 0"), NO_PARAMS, NULL);
}

int main(int argc, char **argv)
{
	__attribute__((cleanup(call_release))) struct call c = {0};
	const char *word = argc > 1 ? argv[1] : "";

	if (!strcmp(word, "check"))
		return each(&c, argc > 2 ? argv[2] : NULL, true);
	if (store_open(&c) != FAIL_NONE)
		return tell(&c, FAIL_IO);
	if (!strcmp(word, "put") && argc > 3)
		return tell(&c, put_many(&c, argv[2], atoi(argv[3]),
			argc > 4 ? strtoul(argv[4], NULL, 10) : 0));
	if (!strcmp(word, "each"))
		return each(&c, NULL, false);
	if (!strcmp(word, "due"))
		return tell(&c, make_due(&c));
	fputs("usage: callback put URL COUNT [BYTES] | each | check [HOSTS] | due\n", stderr);
	return 64;
}
