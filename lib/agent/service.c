/* Services that the owner wants watched. */
#include "lib/agent/service.h"

#include <string.h>

#include "lib/base/clock.h"
#include "lib/net/net.h"
#include "lib/os/child.h"
#include "lib/os/port.h"

#define WAIT_MS 10000
#define WORDS_MAX 32

static enum fail ask_web(struct call *c, const char *url, const char **found)
{
	const struct net_request request = {.method = "GET", .url = url, .timeout_ms = WAIT_MS,
		.max_bytes = 1 << 20, .owner_named = true};
	struct net_reply reply;

	TRY(net_request(c, &request, &reply));
	if (reply.status < 200 || reply.status > 399)
		return fail(c, FAIL_REMOTE, "answers status %d", reply.status);
	*found = arena_printf(&c->arena, "answers status %d", reply.status);
	return FAIL_NONE;
}

static enum fail ask_port(struct call *c, const char *address, const char **found)
{
	const char *colon = strrchr(address, ':');

	TRY(port_connect(c, arena_memdup(&c->arena, address, (size_t)(colon - address)), colon + 1,
		WAIT_MS));
	*found = "takes connections";
	return FAIL_NONE;
}

static enum fail ask_program(struct call *c, const char *line, const char **found)
{
	char *words = arena_strdup(&c->arena, line), *state = NULL;
	const char *argv[WORDS_MAX + 1] = {NULL}, *errors;
	const struct child_job job = {.argv = argv};
	int64_t deadline = c->deadline_boot_ms, mine = clock_boot_ms() + WAIT_MS;
	enum fail f;
	int status;

	for (size_t n = 0; n < WORDS_MAX; n++) {
		argv[n] = strtok_r(n ? NULL : words, " ", &state);
		if (!argv[n])
			break;
	}
	if (!deadline || mine < deadline)
		c->deadline_boot_ms = mine;
	f = child_run(c, &job, &status, &errors);
	c->deadline_boot_ms = deadline;
	TRY(f);
	if (status)
		return fail(c, FAIL_REMOTE, "ended with status %d", status);
	*found = "ended with status 0";
	return FAIL_NONE;
}

enum fail service_form(struct call *c, const char *service)
{
	const char *host = strncmp(service, "tcp:", 4) ? NULL : service + 4;
	const char *colon = host ? strrchr(host, ':') : NULL;

	if (net_is_url(service) || *service == '/' || (colon && colon > host && colon[1]))
		return FAIL_NONE;
	return fail(c, FAIL_INPUT, "services: \"%s\" is no URL, tcp:HOST:PORT or /PROGRAM WORD ...",
		service);
}

void service_check(struct call *c, const char *service, struct agent_finding *out)
{
	struct agent_finding finding = {.check = service};
	enum fail f = service_form(c, service);

	if (f == FAIL_NONE && *service == '/')
		f = ask_program(c, service, &finding.found);
	else if (f == FAIL_NONE && net_is_url(service))
		f = ask_web(c, service, &finding.found);
	else if (f == FAIL_NONE)
		f = ask_port(c, service + strlen("tcp:"), &finding.found);
	finding.good = f == FAIL_NONE;
	if (!finding.good) {
		finding.found = c->why ? c->why : "failed";
		finding.remedy = "see to that service, or take it out of agent_config";
		fail_forget(c);
	}
	*out = finding;
}
