/* Services that the owner wants watched: a web address, a port, or a program that says. */
#ifndef AGENT_SERVICE_H
#define AGENT_SERVICE_H

#include "lib/model/agent.h"

/* FAIL_INPUT when SERVICE has none of the forms below. */
enum fail service_form(struct call *c, const char *service);

/* Asks SERVICE, within ten seconds: "https://host/path" answers 2xx or 3xx, "tcp:host:port" takes a
 * connection, "/path/to/program word ..." ends with status 0. Never a failure: what went wrong is
 * in *OUT. */
void service_check(struct call *c, const char *service, struct agent_finding *out);

#endif
