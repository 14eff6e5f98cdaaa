/* Agents: named sets of operations with a limit on how many of them run at once. */
#ifndef MODEL_AGENT_H
#define MODEL_AGENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/field/field.h"

/* What an agent's self-test looked at, borrowed. REMEDY: what to do; NULL when nothing. */
struct agent_finding {
	const char *check, *found, *remedy;
	bool good;
};

/* A plug-in: one file of lib/agent, one const, one line in its list. */
struct agent {
	const char *name;              /* "content" */
	const char *class;             /* "ContentAgent": what the HTTP replies call it */
	const char *about;             /* one clause */
	const char *const *operations; /* "video render", ...; ended by NULL */
	int64_t max_running;           /* until it is set otherwise */
	/* What it does of itself, and how often. *DONE is one clause that says what that was. NULL:
	 * it only does tasks. */
	enum fail (*round)(struct call *c, const char **done);
	enum fail (*round_s)(struct call *c, int64_t *out);
	/* Looks at all that it depends on and says each with FOUND. */
	enum fail (*check)(struct call *c,
		void (*found)(void *to, const struct agent_finding *finding), void *to);
	const char *section;           /* its member of agent_config */
	/* Gives arguments (of an operation whose fields are FIELDS) that the caller left out the
	 * values that its section says. NULL: it says nothing about arguments. */
	enum fail (*apply)(struct call *c, const json_t *section, const struct field *fields,
		json_t *args);
};

/* All agents, ended by NULL; defined in lib/agent/list.c. */
extern const struct agent *const agent_table[];

/* The agent called NAME, by its name or its class; FAIL_MISSING with the nearest name. */
enum fail agent_find(struct call *c, const char *name, const struct agent **out);

/* The name of the agent that does OPERATION ("video render"), or NULL. */
const char *agent_for_operation(const char *operation);

/* An agent does not count as alive when its last heartbeat is older. */
#define AGENT_BEAT_EVERY_MS 10000
#define AGENT_BEAT_LATE_MS 120000

/* How an agent stands. The sums are of the last 24 hours, by whole hours. */
struct agent_state {
	const struct agent *agent;
	const char *state;             /* "active", "paused" or "draining" */
	int64_t max_running, running;
	int64_t heartbeat_at;          /* 0: none yet */
	bool alive;                    /* a process runs tasks, and its heartbeat is fresh */
	int64_t tasks_completed, errors;
	int64_t day_completed, day_failed, day_run_ms;
};

/* Records the agents of agent_table that the store does not know yet: for whoever claims tasks,
 * before the first claim. */
enum fail agent_register(struct call *c);

/* Records that workers are alive that run tasks for all agents, at most every AGENT_BEAT_EVERY_MS:
 * *LAST_BOOT_MS is the caller's memory of the last time, 0 at first. */
enum fail agent_beat(struct call *c, int64_t *last_boot_ms);

/* Lets AGENT, which has a round(), do it: when it is due, or NOW whatever the time. Of several
 * processes that ask at once one does it. *DONE is NULL when it was not due. */
enum fail agent_round(struct call *c, const struct agent *agent, bool now, const char **done);

/* All agents in the order of agent_table, or the one called NAME. *OUT is in C's arena. */
enum fail agent_states(struct call *c, struct agent_state **out, size_t *n);
enum fail agent_state_of(struct call *c, const char *name, struct agent_state *out);

/* From 0 to 1: 0 when it is not alive, else the share of the last 24 hours' tasks that ended
 * well (1 when there were none). */
double agent_score(const struct agent_state *s);

/* "active", "paused" or "draining"; of an active one that is not alive "stopped". */
const char *agent_status_word(const struct agent_state *s);

/* Changes what agent NAME takes: "active", "paused" (nothing more) or "draining" (nothing more, and
 * paused when its last task has ended), and writes its log. *NOW is the state it has then: an agent
 * that drains with nothing running is paused at once. */
enum fail agent_set_state(struct call *c, const char *name, const char *state, const char **now);
/* Lets MAX_RUNNING of its tasks run at once, in the transaction that is open. */
enum fail agent_set_limit(struct call *c, const char *name, int64_t max_running);

/* Counts the end of an attempt at a task of AGENT that ran for RUN_MS, within the transaction of
 * that end and after its change of state. To be interrupted is neither success nor error. */
enum fail agent_task_ended(struct call *c, const char *agent, const char *task_id, enum fail ended,
	int64_t run_ms);

/* Writes one line into the agent's log. */
enum fail agent_note(struct call *c, const char *agent, const char *action, const char *detail);

struct agent_line {
	const char *agent, *action, *detail;
	int64_t at;
};
/* At most LIMIT lines, newest first, of one agent or (NULL) of all. *OUT is in C's arena. */
enum fail agent_log(struct call *c, const char *agent, int limit, struct agent_line **out,
	size_t *n);

/* Forgets log lines and hourly sums older than BEFORE. */
enum fail agent_prune(struct call *c, int64_t before);

/* A process that runs tasks says so: it holds the file run/workers.lock beside the store, shared
 * with other such processes, until it closes *LOCK or dies. */
enum fail worker_announce(struct call *c, int *lock);
/* True while some process does. */
bool worker_present(struct call *c);

#endif
