/* Unit tests: TEST(name) { CHECK(...); } bodies register themselves; one program a file. */
#ifndef TESTS_UNIT_H
#define TESTS_UNIT_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/call.h"

struct unit {
	const char *name;
	void (*run)(struct call *c);
	struct unit *next;
};
static struct unit *unit_first, **unit_last = &unit_first;
static int unit_failed;

/* The body gets a fresh `struct call *c`, released behind it. */
#define TEST(id)                                                                                   \
	static void unit_##id(struct call *c);                                                     \
	static struct unit unit_row_##id = {#id, unit_##id, NULL};                                 \
	__attribute__((constructor)) static void unit_add_##id(void)                               \
	{                                                                                          \
		*unit_last = &unit_row_##id;                                                       \
		unit_last = &unit_row_##id.next;                                                   \
	}                                                                                          \
	static void unit_##id(__attribute__((unused)) struct call *c)

#define CHECK(condition)                                                                           \
	do {                                                                                       \
		if (!(condition)) {                                                                \
			printf("# %s:%d: %s\n", __FILE__, __LINE__, #condition);                   \
			unit_failed = 1;                                                           \
		}                                                                                  \
	} while (0)

#define CHECK_OK(expression)                                                                       \
	do {                                                                                       \
		enum fail unit_f = (expression);                                                   \
		if (unit_f != FAIL_NONE) {                                                         \
			printf("# %s:%d: %s: %s\n", __FILE__, __LINE__, #expression,               \
				c->why ? c->why : fail_kind(unit_f)->word);                        \
			unit_failed = 1;                                                           \
		}                                                                                  \
	} while (0)

#define CHECK_TEXT(got, want)                                                                      \
	do {                                                                                       \
		const char *unit_got = (got), *unit_want = (want);                                 \
		if (!unit_got || strcmp(unit_got, unit_want)) {                                    \
			printf("# %s:%d: got  \"%s\"\n# want \"%s\"\n", __FILE__, __LINE__,        \
				unit_got ? unit_got : "(null)", unit_want);                        \
			unit_failed = 1;                                                           \
		}                                                                                  \
	} while (0)

/* Prints TAP version 12, as bats does. */
int main(void)
{
	int number = 0, bad = 0;

	for (struct unit *u = unit_first; u; u = u->next) {
		struct call call = {0};

		unit_failed = 0;
		u->run(&call);
		call_release(&call);
		bad |= unit_failed;
		printf("%s %d %s\n", unit_failed ? "not ok" : "ok", ++number, u->name);
	}
	printf("1..%d\n", number);
	return bad;
}

#endif
