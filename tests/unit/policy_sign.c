/* Signatures, and the caller that an assistant at this machine is. */
#include "lib/policy/api_key.h"
#include "tests/unit/policy_home.h"

TEST(what_was_signed_is_known_again_and_nothing_else)
{
	const char *mac, *other;

	with_policy(c);
	CHECK_OK(policy_sign(c, "purpose", "text", &mac));
	CHECK(strlen(mac) == MAC_HEX - 1);
	CHECK_OK(policy_verify(c, "purpose", "text", mac));
	CHECK(policy_verify(c, "purpose", "texT", mac) == FAIL_MISSING);
	CHECK(policy_verify(c, "purpose", "text\n", mac) == FAIL_MISSING);
	CHECK(policy_verify(c, "another", "text", mac) == FAIL_MISSING);
	CHECK(policy_verify(c, "purpose", "text", "") == FAIL_MISSING);
	CHECK(policy_verify(c, "purpose", "text", arena_printf(&c->arena, "%s0", mac)) == FAIL_MISSING);
	for (size_t i = 0; i < MAC_HEX - 1; i++) {
		char *wrong = arena_strdup(&c->arena, mac);

		wrong[i] = wrong[i] == '0' ? '1' : '0';
		CHECK(policy_verify(c, "purpose", "text", wrong) == FAIL_MISSING);
	}
	CHECK_OK(policy_sign(c, "purpose", "text", &other));
	CHECK_TEXT(other, mac);
}

TEST(a_signature_outlives_the_process_that_made_it)
{
	struct call later = {0};
	const char *mac;

	with_policy(c);
	CHECK_OK(policy_sign(c, "purpose", "text", &mac));
	later.store_path = c->store_path;
	CHECK_OK(policy_verify(&later, "purpose", "text", mac));
	call_release(&later);
}

TEST(where_no_secret_can_be_kept_a_signature_is_of_this_process)
{
	struct call other = {0};
	const char *mac;

	with_store(c);
	setenv("XDG_CONFIG_HOME", "/nonexistent", 1);
	unsetenv("DBUS_SESSION_BUS_ADDRESS");
	unsetenv("CREDENTIALS_DIRECTORY");
	CHECK_OK(policy_sign(c, "purpose", "text", &mac));
	CHECK_OK(policy_verify(c, "purpose", "text", mac));
	CHECK(policy_verify(c, "purpose", "other", mac) == FAIL_MISSING);
	CHECK(policy_verify(&other, "purpose", "text", mac) == FAIL_MISSING);
	call_release(&other);
}

TEST(an_assistant_may_what_it_is_given_and_its_id_says_it)
{
	const struct caller *who = NULL, *again = NULL;

	c->channel = CHANNEL_MCP;
	CHECK_OK(caller_of_assistant(c, ROLE_OPERATOR, "task,file get", &who));
	CHECK_TEXT(who->id, "mcp:operator:task,file get");
	CHECK(who->role == ROLE_OPERATOR && who->rate == ASSISTANT_RATE && !who->granted);
	c->caller = who;
	CHECK_OK(policy_allow(c, EFFECT_WRITE, "task submit"));
	CHECK_OK(policy_allow(c, EFFECT_READ, "file get"));
	CHECK(policy_allow(c, EFFECT_READ, "file list") == FAIL_DENIED);
	CHECK(policy_allow(c, EFFECT_DESTROY, "task prune") == FAIL_DENIED);
	/* A worker makes it again from what stands on the task. */
	CHECK_OK(caller_from_id(c, who->id, &again));
	CHECK_TEXT(again->id, who->id);
	CHECK_TEXT(again->scopes, "task,file get");
	CHECK(again->role == ROLE_OPERATOR);
}

TEST(an_assistant_without_scopes_has_its_role_alone)
{
	const struct caller *who = NULL, *again = NULL;

	CHECK_OK(caller_of_assistant(c, ROLE_VIEWER, NULL, &who));
	CHECK_TEXT(who->id, "mcp:viewer");
	CHECK(!who->scopes);
	c->caller = who;
	CHECK_OK(policy_allow(c, EFFECT_READ, "task list"));
	CHECK(policy_allow(c, EFFECT_WRITE, "task submit") == FAIL_DENIED);
	CHECK_OK(caller_from_id(c, who->id, &again));
	CHECK(again->role == ROLE_VIEWER && !again->scopes);
	/* A role that nobody wrote there is the least. */
	CHECK_OK(caller_from_id(c, "mcp:emperor", &again));
	CHECK(again->role == ROLE_VIEWER);
}

TEST(scopes_have_a_length)
{
	char *scopes = arena_alloc(&c->arena, 1, KEY_SCOPES_CHARS + 2);
	const struct caller *who = NULL;

	memset(scopes, 'a', KEY_SCOPES_CHARS + 1);
	CHECK(caller_of_assistant(c, ROLE_VIEWER, scopes, &who) == FAIL_USAGE && !who);
	scopes[KEY_SCOPES_CHARS] = '\0';
	CHECK_OK(caller_of_assistant(c, ROLE_VIEWER, scopes, &who));
}

TEST(what_an_operation_serves_is_what_scopes_are_for)
{
	const struct caller *who = NULL;

	CHECK_OK(caller_of_assistant(c, ROLE_VIEWER, "video", &who));
	c->caller = who;
	CHECK(policy_allow(c, EFFECT_READ, "task show") == FAIL_DENIED);
	c->serves = "video render";
	CHECK_OK(policy_allow(c, EFFECT_READ, "task show"));
	/* The role is not widened. */
	CHECK(policy_allow(c, EFFECT_WRITE, "task submit") == FAIL_DENIED);
	c->serves = "content generate";
	CHECK(policy_allow(c, EFFECT_READ, "task show") == FAIL_DENIED);
}
