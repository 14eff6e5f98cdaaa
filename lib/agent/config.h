/* Agent configuration: what the sections may say, and making it hold. */
#ifndef AGENT_CONFIG_H
#define AGENT_CONFIG_H

#include "lib/json/json.h"
#include "lib/model/agent.h"

/* The sections of agent_config, each an object with members of its own. */
extern const struct field agent_config_sections[];

/* Checks the object DOCUMENT of sections: unknown members, types, words and ranges are FAIL_INPUT
 * with the path of the member. Sections of agents that this program does not have yet are remarked
 * on. What runs programs may be said from the shell only. */
enum fail agent_config_check(struct call *c, json_t *document);

/* Keeps DOCUMENT, checked before, as the newest version (BACK_TO: which it brings back, or 0); the
 * limits that it sets hold with it. */
struct agent_config;
enum fail agent_config_set(struct call *c, json_t *document, int64_t back_to,
	struct agent_config *out);

/* Fills TO by the fields of AGENT's section of the newest version, defaults where it says nothing.
 * Durations come as milliseconds by agent_config_ms(). */
enum fail agent_config_bind(struct call *c, const struct agent *agent, const struct field *fields,
	void *to);
int64_t agent_config_ms(const char *duration);

/* Gives the arguments (JSON text) that a task of OPERATION leaves out the values that the
 * configuration of its agent says: for whoever hands tasks to workers. */
enum fail agent_config_apply(struct call *c, const char *operation, const char **arguments);

#endif
