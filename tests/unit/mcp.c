/* What a client brings back: the state of a question, by whom, for what, how often, until when. */
#include "lib/base/clock.h"
#include "lib/base/id.h"
#include "lib/mcp/state.h"
#include "lib/os/dirs.h"
#include "tests/unit/policy_home.h"

/* An exchange of `c` in which the tool NAME was called, and one question is open. */
static struct mcp_exchange *called(struct call *c, struct mcp *m, const char *name)
{
	struct mcp_exchange *x = ARENA_NEW(&c->arena, struct mcp_exchange, 1);

	*x = (struct mcp_exchange){.mcp = m, .call = c, .client = {.modern = true}, .method = "tools/call",
		.params = json_keep(c, json_pack("{s:s,s:{s:s}}", "name", name, "arguments", "a", "b"))};
	return x;
}

static const char *asked(struct mcp_exchange *x)
{
	struct call *c = x->call;

	CHECK(mcp_ask_begin(x));
	json_object_set_new(x->asked, "k", json_object());
	return json_member_text(json_keep(c, mcp_ask_result(x)), "requestState", "");
}

static bool taken(struct call *c, struct mcp *m, const char *name, const char *state)
{
	struct mcp_exchange *x = called(c, m, name);

	json_object_set_new(x->params, "requestState", json_string(state));
	return mcp_ask_begin(x);
}

/* TEXT, signed as if it had been given; OLD and NEW: what is put for what. */
static const char *forged(struct call *c, const char *state, const char *old, const char *new)
{
	const char *said = arena_memdup(&c->arena, state, (size_t)(strrchr(state, '.') - state));
	const char *at = strstr(said, old), *mac;

	CHECK(at);
	said = arena_printf(&c->arena, "%.*s%s%s", (int)(at - said), said, new, at + strlen(old));
	CHECK_OK(policy_sign(c, "mcp state", said, &mac));
	return arena_printf(&c->arena, "%s.%s", said, mac);
}

TEST(a_state_is_taken_once_and_by_whom_and_for_what_it_was_given)
{
	struct caller one = {.id = "one"}, other = {.id = "other"};
	const char *state;
	struct mcp *m;

	with_policy(c);
	c->caller = &one;
	CHECK_OK(mcp_start(c, &m));
	state = asked(called(c, m, "tool"));
	CHECK(!taken(c, m, "another", state));
	c->caller = &other;
	CHECK(!taken(c, m, "tool", state));
	c->caller = &one;
	CHECK(!taken(c, m, "tool", arena_printf(&c->arena, "%s0", state)));
	CHECK(!taken(c, m, "tool", ""));
	CHECK(taken(c, m, "tool", state));
	CHECK(!taken(c, m, "tool", state));
	mcp_free(m);
}

TEST(a_state_has_its_time_and_its_process)
{
	const char *state, *until;
	struct mcp *m, *later;

	with_policy(c);
	CHECK_OK(mcp_start(c, &m));
	CHECK_OK(mcp_start(c, &later));
	state = asked(called(c, m, "tool"));
	CHECK(!taken(c, later, "tool", state));
	until = arena_printf(&c->arena, "%.13s", strstr(state, "\"until\":") + 8);
	CHECK(strtoll(until, NULL, 10) > clock_now_ms());
	CHECK(!taken(c, m, "tool", forged(c, state, until, "1000000000000")));
	CHECK(taken(c, m, "tool", forged(c, state, until, until)));
	mcp_free(m);
	mcp_free(later);
}

TEST(the_oldest_states_give_way)
{
	const char *first, *second;
	struct mcp *m;

	with_policy(c);
	CHECK_OK(mcp_start(c, &m));
	first = asked(called(c, m, "tool"));
	second = asked(called(c, m, "tool"));
	m->last_state = MCP_STATES_MAX;
	asked(called(c, m, "tool"));
	CHECK(!taken(c, m, "tool", first));
	CHECK(taken(c, m, "tool", second));
	mcp_free(m);
}

TEST(a_trace_has_the_form_of_the_standard)
{
	static const char good[] = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

	CHECK(trace_valid(good));
	CHECK(trace_valid("01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more"));
	CHECK(!trace_valid("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more"));
	CHECK(!trace_valid("ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"));
	CHECK(!trace_valid("00-00000000000000000000000000000000-b7ad6b7169203331-01"));
	CHECK(!trace_valid("00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01"));
	CHECK(!trace_valid("00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01"));
	CHECK(!trace_valid("00-0af7651916cd43dd8448eb211c80319c_b7ad6b7169203331-01"));
	for (size_t i = 0; i < sizeof good - 1; i++)
		CHECK(!trace_valid(arena_memdup(&c->arena, good, i)));
}

TEST(from_far_the_folder_of_who_runs_it_has_no_name)
{
	setenv("HOME", "/home/ada", 1);
	CHECK_TEXT(dir_told(c, "no file /home/ada/tea.md"), "no file /home/ada/tea.md");
	c->far = true;
	CHECK_TEXT(dir_told(c, "no file /home/ada/tea.md"), "no file ~/tea.md");
	CHECK_TEXT(dir_told(c, "/home/ada: /home/adam, /home/ada"), "~: /home/adam, ~");
	CHECK_TEXT(dir_told(c, "tea"), "tea");
	CHECK(!dir_told(c, NULL));
	setenv("HOME", "/", 1);
	CHECK_TEXT(dir_told(c, "/srv/tea"), "/srv/tea");
}
