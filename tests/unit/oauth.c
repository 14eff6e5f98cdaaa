/* OAuth: redirects, scopes, what a browser carries, and callers by grant. */
#include "lib/base/clock.h"
#include "lib/op/op.h"
#include "lib/policy/oauth_state.h"
#include "lib/text/fill.h"
#include "lib/work/authorization.h"
#include "tests/unit/policy_home.h"

static const char challenge[] = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
static const char verifier[] = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

TEST(the_challenge_of_rfc_7636_appendix_b)
{
	CHECK_TEXT(sha256_base64(c, verifier, strlen(verifier), true), challenge);
}

TEST(redirects_match_byte_for_byte_but_for_the_port_of_this_machine)
{
	static const struct {
		const char *registered, *given;
		bool matches;
	} rows[] = {
		{"https://a.example/cb", "https://a.example/cb", true},
		{"https://a.example/cb", "https://a.example:443/cb", false},
		{"https://a.example:1/cb", "https://a.example:2/cb", false},
		{"http://127.0.0.1/cb", "http://127.0.0.1:51000/cb", true},
		{"http://127.0.0.1:3000/cb", "http://127.0.0.1/cb", true},
		{"http://127.0.0.1:3000/cb", "http://127.0.0.1:51000/cb?x", false},
		{"http://127.0.0.1:3000/cb", "http://127.0.0.1:0/cb", false},
		{"http://127.0.0.1:3000/cb", "http://127.0.0.1:51000@a.example/cb", false},
		{"http://127.0.0.1:3000", "http://127.0.0.1:3001", true},
		{"http://127.0.0.1:3000", "http://127.0.0.1:3001/", false},
		{"http://[::1]:3000/cb", "http://[::1]:51000/cb", true},
		{"http://[::1]/cb", "http://[::1]:51000/cb", true},
		{"http://localhost/cb", "http://localhost:51000/cb", true},
		{"http://localhost/cb", "http://127.0.0.1/cb", false},
		{"http://localhost/cb", "http://localhost.a.example/cb", false},
		{"com.example.app:/cb", "com.example.app:/cb", true},
		{"com.example.app:/cb", "com.example.app:/cb2", false},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		CHECK(oauth_redirect_matches(c, rows[i].registered, rows[i].given) == rows[i].matches);
}

TEST(redirects_that_may_be_registered)
{
	static const char *const good[] = {"https://claude.ai/api/mcp/auth_callback",
		"https://chatgpt.com/connector_platform_oauth_redirect", "http://127.0.0.1:1/x",
		"http://[::1]/", "http://localhost", "com.example.app:/cb", "cursor://x/cb"};
	static const char *const bad[] = {"", "x", "http://a.example/", "https://u@a.example/",
		"https://a.example/#", "javascript:alert(1)", "data:text/html,x", "file:///etc/passwd",
		"about:blank", "JAVA.x:y", ".x:y", "https:///x", "https://a\\b/", "https://a b/"};

	for (size_t i = 0; i < sizeof good / sizeof *good; i++)
		CHECK_OK(oauth_redirect_check(c, good[i]));
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		CHECK(oauth_redirect_check(c, bad[i]) == FAIL_INPUT);
		CHECK_TEXT(c->error, "invalid_redirect_uri");
		fail_forget(c);
	}
}

TEST(scopes_are_a_role_and_operations)
{
	struct scope s;

	CHECK_OK(scope_read(c, "viewer sender task file_list offline_access", &s));
	CHECK(s.given && s.role == ROLE_SENDER);
	CHECK_TEXT(s.scopes, "task,file list");
	CHECK_TEXT(scope_text(c, s.role, s.scopes), "sender task file_list");
	CHECK_OK(scope_read(c, NULL, &s));
	CHECK(!s.given && s.role == ROLE_VIEWER && !s.scopes);
	CHECK(scope_read(c, "viewer root", &s) == FAIL_INPUT);
	CHECK_TEXT(c->error, "invalid_scope");
}

TEST(templates_and_urls_escape_what_they_are_given)
{
	const struct fill values[] = {{"a", "<\"'&>{{b}}"}, {"b", "x"}, {NULL, NULL}};
	struct buf url = buf_in(&c->arena);

	CHECK_TEXT(html_fill(&c->arena, "{{a}}-{{b}}-{{none}}-{{", values),
		"&lt;&quot;&#39;&amp;&gt;{{b}}-x--{{");
	buf_adds(&url, "https://a.example/?q=1");
	url_add(&url, "s", "a b&c=\xc3\xa4\r\n");
	CHECK_TEXT(url.data, "https://a.example/?q=1&s=a%20b%26c%3D%C3%A4%0D%0A");
}

TEST(what_the_browser_carries_comes_back_unchanged_or_not_at_all)
{
	const struct authorization a = {.client = "c", .name = "n", .redirect = "https://a.example/",
		.challenge = challenge, .resource = "https://r.example", .scope = {.role = ROLE_SENDER}};
	struct authorization got;
	const char *sealed;
	char *text;

	with_policy(c);
	CHECK_OK(authorization_seal(c, &a, &sealed));
	text = arena_strdup(&c->arena, sealed);
	CHECK_OK(authorization_open(c, text, &got));
	CHECK(!got.state && got.scope.role == ROLE_SENDER && !strcmp(got.redirect, a.redirect));
	for (size_t i = 0; text[i]; i++) {
		char was = text[i];

		text[i] = was == 'b' ? 'c' : 'b';
		CHECK(authorization_open(c, text, &got) == FAIL_DENIED);
		text[i] = was;
	}
	CHECK(authorization_open(c, "", &got) == FAIL_DENIED);
	CHECK(authorization_open(c, ".", &got) == FAIL_DENIED);
}

/* A grant of CLIENT for RESOURCE, with its tokens. */
static struct oauth_grant grant(struct call *c, const char *resource, struct oauth_tokens *out)
{
	struct oauth_grant g = {.client = "client", .name = "Client", .role = ROLE_OPERATOR,
		.resource = resource};
	const struct oauth_client client = {.id = "client"};
	struct oauth_ask ask = {.client = &client, .verifier = verifier};

	CHECK_OK(oauth_grant_make(c, &g, "https://a.example/", challenge, &ask.token));
	CHECK_OK(oauth_redeem(c, &ask, out));
	CHECK_TEXT(c->caller->id, oauth_caller_id(c, g.id));
	c->caller = NULL;
	return g;
}

TEST(a_token_is_for_its_resource_and_what_is_below)
{
	static const struct {
		const char *server, *path;
		bool enters;
	} rows[] = {{"https://t.example", "/mcp", true}, {"https://t.example", "/mcp/x", true},
		{"https://t.example", "/mcpx", false}, {"https://t.example", "/api/v1/status", false},
		{"https://t.example", "/", false}, {"https://t.example.org", "/mcp", false},
		{"https://t.example", NULL, true}};
	const struct caller *who;
	struct oauth_tokens tokens;

	with_policy(c);
	grant(c, "https://t.example/mcp", &tokens);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		c->public_url = rows[i].server;
		c->path = rows[i].path;
		CHECK((caller_from_key(c, tokens.access, NULL, &who) == FAIL_NONE) == rows[i].enters);
		fail_forget(c);
	}
	CHECK(who->granted && who->role == ROLE_OPERATOR);
}

TEST(a_grant_outlives_its_tokens_and_ends_when_it_is_revoked)
{
	const struct caller *who;
	struct oauth_tokens tokens;
	struct oauth_grant g;
	int64_t grants;

	with_policy(c);
	g = grant(c, "https://t.example", &tokens);
	CHECK_OK(store_run(c, SQL("update oauth_token set expires_at = 1"), NO_PARAMS, NULL));
	known_forget(policy_of(c));
	CHECK(caller_from_key(c, tokens.access, NULL, &who) == FAIL_AUTH);
	CHECK_OK(caller_from_id(c, oauth_caller_id(c, g.id), &who));
	CHECK(who->role == ROLE_OPERATOR && who->granted);
	CHECK_OK(oauth_revoke(c, g.id, &grants));
	CHECK(grants == 1);
	CHECK(caller_from_id(c, oauth_caller_id(c, g.id), &who) == FAIL_AUTH);
	CHECK(caller_from_id(c, "oauth:nobody", &who) == FAIL_AUTH);
}

TEST(what_is_of_no_use_any_more_goes)
{
	struct oauth_tokens tokens;

	with_policy(c);
	grant(c, "https://t.example", &tokens);
	CHECK_OK(oauth_prune(c));
	CHECK_TEXT(ask(c, c->store_path, "select count(*) from oauth_token"), "3");
	CHECK_OK(store_run(c, SQL("update oauth_token set expires_at = 1"), NO_PARAMS, NULL));
	CHECK_OK(store_run(c, SQL("update oauth_grant set created_at = 1"), NO_PARAMS, NULL));
	CHECK_OK(oauth_prune(c));
	CHECK_TEXT(ask(c, c->store_path, "select (select count(*) from oauth_token) +"
		" (select count(*) from oauth_grant)"), "0");
}
