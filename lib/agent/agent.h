/* The agents by name, for their list. */
#ifndef AGENT_AGENT_H
#define AGENT_AGENT_H

#include "lib/model/agent.h"

extern const struct agent agent_system, agent_content;

#endif
