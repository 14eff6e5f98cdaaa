/* Child processes: started without a shell, spoken to by lines, killed with their parent. */
#ifndef OS_CHILD_H
#define OS_CHILD_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "lib/base/call.h"

struct child_job {
	const char *const *argv;  /* argv[0] is a path; NULL-terminated */
	const char *const *env;   /* whole environment, or NULL for child_env() */
	const void *input;        /* given to its standard input, which is then closed */
	size_t input_len;
	/* Each line it prints, without the newline; a failure ends it. NULL: output is dropped. */
	enum fail (*line)(struct call *c, void *to, char *text, size_t len);
	void *to;
	bool reads;               /* changes nothing: may run in a dry run */
	size_t max_output;        /* bytes of output in all; more is a failure. 0: 16 MiB */
};

/* Runs the job to its end. *STATUS is its exit status, or 128 + the signal that ended it. What it
 * prints on standard error is kept for the message of a failure (last 2 KiB, *STDERR_TAIL in C's
 * arena when not NULL). When the call is cancelled the child gets SIGTERM, two seconds later
 * SIGKILL, and FAIL_INTERRUPTED is returned. The child dies with its parent (PR_SET_PDEATHSIG)
 * and inherits no descriptor but 0, 1 and 2. FAIL_CONFIG when the program does not exist. In a dry
 * run a job that does not only read is refused as a defect. */
enum fail child_run(struct call *c, const struct child_job *job, int *status,
	const char **stderr_tail);

/* The most memory that a child of child_run() held resident since it was last forgotten. */
int64_t child_peak(void);
void child_peak_forget(void);

/* A child that goes on while its parent does other things. */
struct child {
	pid_t pid;   /* 0: none */
	int in, out; /* to its standard input and from its standard output; -1 when closed */
};

/* Starts ARGV (argv[0] is a path) with the whole environment ENV. Its standard error is this
 * process's. It dies with the thread that started it (PR_SET_PDEATHSIG), ignores SIGINT and inherits
 * no descriptor but 0, 1 and 2. Writing to CHILD->in does not block. FAIL_CONFIG when the program
 * does not exist. */
enum fail child_start(struct call *c, const char *const *argv, const char *const *env,
	struct child *out);

/* True when it has ended, which is then collected; *STATUS as in child_run(). */
bool child_ended(struct child *child, int *status);

/* Closes both ends, kills it if it has not ended, and collects it. */
void child_stop(struct child *child);

/* All of this process's environment but the master key, which is for who lets callers in: for a
 * child that is this program again. In C's arena. */
const char *const *child_env_whole(struct call *c);

/* The variables that children get: HOME, PATH, LANG, LC_*, TZ, TMPDIR, XDG_*, SSL_CERT_FILE, and
 * nothing that could hold a secret. */
const char *const *child_env(struct call *c);

#endif
