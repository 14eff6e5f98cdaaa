/* Failures: one word for what went wrong, and the text that says why. */
#ifndef BASE_FAIL_H
#define BASE_FAIL_H

struct call;

/* Every function that can fail returns one of these and writes its out parameters only on
 * FAIL_NONE. Ignoring one does not compile without a warning. */
enum [[nodiscard]] fail {
	FAIL_NONE,
	FAIL_USAGE,       /* the words of a command or a request are off */
	FAIL_INPUT,       /* the data given is not what it has to be */
	FAIL_AUTH,        /* who is calling is not known */
	FAIL_DENIED,      /* who is calling may not */
	FAIL_MISSING,     /* the thing named does not exist */
	FAIL_CONFLICT,    /* it exists already, or is in a state that forbids this */
	FAIL_REUSED,      /* an idempotency key came again with other arguments */
	FAIL_LIMIT,       /* too often, or too much */
	FAIL_REMOTE,      /* another machine failed or answered nonsense */
	FAIL_BUSY,        /* try again: something holds a lock or a place */
	FAIL_FULL,        /* no space left */
	FAIL_IO,          /* a file or device failed */
	FAIL_CONFIG,      /* something has to be installed, set or given first */
	FAIL_APPROVAL,    /* kept until the owner approves */
	FAIL_UNKNOWN,     /* it may or may not have happened: retry with the same key */
	FAIL_TASK,        /* a task that was waited for ended badly */
	FAIL_INTERRUPTED, /* the caller asked to stop */
	FAIL_BUG,         /* trae is wrong */
	FAIL_COUNT
};

struct fail_kind {
	const char *word;     /* the JSON word */
	int exit;             /* exit status, from sysexits.h where it has one */
	int http;             /* HTTP status */
	const char *code;     /* the code of the /api/v1 error body */
	const char *meaning;  /* one clause for trae exit-codes */
};

/* The row of FAIL; never NULL. */
const struct fail_kind *fail_kind(enum fail fail);

/* Records why in CALL (the first reason stays) and returns FAIL, so that a function can end with
 * `return fail(c, FAIL_MISSING, "no file %s", id)`. */
enum fail fail(struct call *c, enum fail fail, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Like fail(), chosen from errno ERR: no space is FAIL_FULL, absence FAIL_MISSING, permission
 * FAIL_DENIED, a folder or a wrong name FAIL_INPUT, the rest FAIL_IO; ": " and the system's text are appended. */
enum fail fail_errno(struct call *c, int err, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Puts text in front of the reason recorded in CALL, as in "slide.md: line 3: ...". */
void fail_context(struct call *c, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Forgets the reason: for a caller that goes on another way. */
void fail_forget(struct call *c);

/* Returns early from the calling function when EXPRESSION fails. */
#define TRY(expression)                                                                            \
	do {                                                                                       \
		enum fail try_ = (expression);                                                     \
		if (try_ != FAIL_NONE)                                                             \
			return try_;                                                               \
	} while (0)

#endif
