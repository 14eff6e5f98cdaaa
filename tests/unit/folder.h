/* A folder of its own for a test, removed when the program ends. */
#ifndef TESTS_FOLDER_H
#define TESTS_FOLDER_H

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/base/call.h"

static char folder_of_tests[4096];
static pid_t folder_owner;

static int folder_remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)st;
	(void)type;
	(void)at;
	return remove(path);
}

static void folder_remove(void)
{
	if (getpid() == folder_owner)
		nftw(folder_of_tests, folder_remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* A new empty folder with mode 0700, in C's arena. */
__attribute__((unused)) static const char *test_folder(struct call *c)
{
	static int number;
	const char *tmp = getenv("TMPDIR");
	const char *path;

	if (!folder_owner) {
		snprintf(folder_of_tests, sizeof folder_of_tests, "%s/trae-test.XXXXXX",
			tmp ? tmp : "/tmp");
		if (!mkdtemp(folder_of_tests))
			abort();
		folder_owner = getpid();
		atexit(folder_remove);
	}
	path = arena_printf(&c->arena, "%s/%d", folder_of_tests, ++number);
	if (mkdir(path, 0700))
		abort();
	return path;
}

#endif
