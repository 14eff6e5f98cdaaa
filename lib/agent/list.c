/* The agents there are. */
#include "lib/agent/agent.h"

const struct agent *const agent_table[] = {
	&agent_system,
	&agent_content,
	NULL,
};
