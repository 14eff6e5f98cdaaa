/* Fuzz target: what is accepted as a request target has no dot segment, no control character, and
 * no byte that is not UTF-8, and reads the same when its path is encoded again. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/text/utf8.h"
#include "lib/web/target.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool right)
{
	if (!right)
		abort();
}

static void check_path(const char *path)
{
	char *copy = strdup(path), *state = NULL;

	check(*path == '/' || !strcmp(path, "*"));
	check(utf8_valid(path, strlen(path)) == strlen(path));
	for (const char *at = path; *at; at++)
		check((unsigned char)*at >= 0x20 && *at != 0x7f && *at != '\\');
	check(copy);
	for (char *s = strtok_r(copy, "/", &state); s; s = strtok_r(NULL, "/", &state))
		check(strcmp(s, ".") && strcmp(s, ".."));
	free(copy);
}

static void read_again(struct arena *a, const char *path)
{
	struct buf b = buf_in(a);
	struct web_target again;

	for (const char *at = path; *at; at++)
		buf_addf(&b, *at == '/' || *at == '*' ? "%c" : "%%%02x", (unsigned char)*at);
	check(!target_read(b.data, &again).status);
	check(!strcmp(again.path, path));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena = {0};
	char *text = arena_memdup(&arena, data, size);
	struct web_target t;
	struct web_verdict v = target_read(text, &t);

	if (v.status) {
		check(v.status == 400 && v.why);
	} else {
		check_path(t.path);
		read_again(&arena, t.path);
		check(t.param_count <= WEB_MAX_PARAMS);
		for (size_t i = 0; i < t.param_count; i++) {
			check(utf8_valid(t.params[i].name, strlen(t.params[i].name)) ==
				strlen(t.params[i].name));
			check(strlen(t.params[i].value) <= size);
		}
	}
	arena_release(&arena);
	return 0;
}
