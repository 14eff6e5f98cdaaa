/* Fault campaigns: TAP lines, child processes, a home per round. */
#ifndef TESTS_TORTURE_H
#define TESTS_TORTURE_H

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/base/call.h"
#include "lib/store/store.h"
#include "tests/unit/folder.h"

static int tap_number, tap_bad;

__attribute__((format(printf, 2, 3), unused)) static bool tap(bool good, const char *format, ...)
{
	va_list list;

	printf("%s %d ", good ? "ok" : "not ok", ++tap_number);
	va_start(list, format);
	vprintf(format, list);
	va_end(list);
	putchar('\n');
	fflush(stdout);
	tap_bad |= !good;
	return good;
}

/* What a campaign that cannot run here prints; where TRAE_CI is set that is a failure. */
__attribute__((unused)) static void tap_skip(const char *name, const char *why)
{
	bool ci = getenv("TRAE_CI") != NULL;

	printf("%s %d %s # skip %s\n", ci ? "not ok" : "ok", ++tap_number, name, why);
	tap_bad |= ci;
}

__attribute__((unused)) static int tap_end(void)
{
	printf("1..%d\n", tap_number);
	return tap_bad;
}

/* Ends the campaign when the test itself cannot go on. */
__attribute__((format(printf, 1, 2), unused)) static _Noreturn void bail(const char *format, ...)
{
	va_list list;

	printf("Bail out! ");
	va_start(list, format);
	vprintf(format, list);
	va_end(list);
	putchar('\n');
	exit(1);
}

/* Random numbers of TRAE_SEED, which is printed so that a run can be repeated. */
__attribute__((unused)) static void seed_random(void)
{
	const char *given = getenv("TRAE_SEED");
	unsigned seed = given ? (unsigned)atol(given) : (unsigned)time(NULL) ^ (unsigned)getpid();

	printf("# TRAE_SEED=%u\n", seed);
	srandom(seed);
}

__attribute__((unused)) static void sleep_us(long us)
{
	struct timespec t = {us / 1000000, us % 1000000 * 1000};

	nanosleep(&t, NULL);
}

/* Runs the program ARGV and waits: its wait status. Its output is dropped. */
__attribute__((unused)) static int run_program(const char *const *argv)
{
	int status = -1;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (!pid) {
		if (!freopen("/dev/null", "w", stdout) || !freopen("/dev/null", "w", stderr))
			_exit(126);
		execvp(argv[0], (char *const *)argv);
		_exit(127);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		bail("cannot run %s", argv[0]);
	return status;
}
#define RUN(...) run_program((const char *const[]){__VA_ARGS__, NULL})

/* The first column of the first row that the bare SQLite gives for SQL on the file PATH, in static
 * memory; its error text when it fails. */
__attribute__((unused)) static const char *ask_bare(const char *path, const char *sql)
{
	static char answer[512];
	sqlite3_stmt *statement = NULL;
	sqlite3 *db = NULL;
	int rc = sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL);

	sqlite3_busy_timeout(db, 5000);
	if (!rc)
		rc = sqlite3_prepare_v2(db, sql, -1, &statement, NULL);
	if (!rc)
		rc = sqlite3_step(statement);
	if (rc == SQLITE_ROW)
		snprintf(answer, sizeof answer, "%s",
			(const char *)sqlite3_column_text(statement, 0));
	else
		snprintf(answer, sizeof answer, "%s", rc == SQLITE_DONE ? "" : sqlite3_errmsg(db));
	sqlite3_finalize(statement);
	sqlite3_close(db);
	return answer;
}

__attribute__((unused)) static long ask_number(const char *path, const char *sql)
{
	return atol(ask_bare(path, sql));
}

__attribute__((unused)) static bool is_whole(const char *path)
{
	return !strcmp(ask_bare(path, "pragma integrity_check(1)"), "ok");
}

/* Mounts of this process alone; in a chroot whose root is no mount there are none to be had. */
__attribute__((unused)) static bool own_mounts(void)
{
	return !unshare(CLONE_NEWNS) && !mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL);
}

#endif
