/* Policy: keys, roles, rates, idempotency. The record of decisions is in policy_audit.c. */
#include <fcntl.h>
#include <malloc.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/id.h"
#include "lib/op/op.h"
#include "lib/os/lock.h"
#include "lib/policy/api_key.h"
#include "lib/policy/state.h"
#include "tests/unit/policy_home.h"

static struct api_key make_key(struct call *c, const char *name, enum role role, const char **text)
{
	struct api_key k = {.name = name, .role = role, .rate = KEY_RATE};

	CHECK_OK(api_key_create(c, &k, text));
	return k;
}

static const struct caller *enter(struct call *c, const char *text)
{
	const struct caller *who = NULL;

	known_forget(policy_of(c));
	CHECK_OK(caller_from_key(c, text, NULL, &who));
	return who;
}

/* What somebody with TEXT is told. */
static const char *turned_away(struct call *c, const char *text)
{
	const struct caller *who = NULL;
	const char *why;

	known_forget(policy_of(c));
	c->why = NULL;
	CHECK(caller_from_key(c, text, "203.0.113.5", &who) == FAIL_AUTH);
	why = c->why;
	fail_forget(c);
	peer_free(policy_of(c));
	policy_of(c)->peers = NULL;
	return why ? why : "nothing";
}

TEST(a_key_has_the_form_that_scanners_know)
{
	const char *text, *id;

	with_policy(c);
	make_key(c, "one", ROLE_VIEWER, &text);
	CHECK(strlen(text) == 68 && !strncmp(text, "trae_live_", 10) && text[18] == '_');
	id = token_id_of(c, KEY_PREFIX, text);
	CHECK(id && !strncmp(text + 10, id, 8));
	/* Any character changed, at any place, is seen without looking anything up. */
	for (size_t i = 0; i < strlen(text); i++) {
		char *other = arena_strdup(&c->arena, text);

		other[i] = other[i] == 'a' ? 'b' : 'a';
		CHECK(!token_id_of(c, KEY_PREFIX, other));
	}
	CHECK(!token_id_of(c, KEY_PREFIX, "") && !token_id_of(c, KEY_PREFIX, "trae_live_"));
}

TEST(a_key_is_nowhere_in_the_store)
{
	const char *text, *kept;

	with_policy(c);
	make_key(c, "one", ROLE_VIEWER, &text);
	kept = ask(c, c->store_path, "select id || name || role || hash from api_key");
	CHECK(strstr(kept, arena_memdup(&c->arena, text + 10, 8)) != NULL);
	CHECK(!strstr(kept, arena_memdup(&c->arena, text + 19, 12)));
}

TEST(unknown_revoked_and_expired_keys_are_told_the_same)
{
	const char *good, *revoked, *expired, *unknown, *forged, *why;
	struct api_key k;

	with_policy(c);
	make_key(c, "good", ROLE_ADMIN, &good);
	make_key(c, "revoked", ROLE_ADMIN, &revoked);
	k = make_key(c, "expired", ROLE_ADMIN, &expired);
	CHECK_TEXT(enter(c, good)->name, "good");
	CHECK_TEXT(enter(c, revoked)->name, "revoked");
	CHECK_OK(api_key_revoke(c, "revoked", &k));
	CHECK_OK(store_run(c, SQL("update api_key set expires_at = $1 where name = 'expired'"),
		PARAMS(clock_now_ms() - 1), NULL));
	unknown = token_new(c, KEY_PREFIX, token_id_new(c));
	forged = token_new(c, KEY_PREFIX, enter(c, good)->id);
	why = turned_away(c, unknown);
	CHECK_TEXT(why, "the API key or token is not valid: give one that trae key create showed");
	CHECK_TEXT(turned_away(c, revoked), why);
	CHECK_TEXT(turned_away(c, expired), why);
	CHECK_TEXT(turned_away(c, forged), why);
	CHECK_TEXT(turned_away(c, "nonsense"), why);
	CHECK_TEXT(enter(c, good)->name, "good");
}

TEST(a_rotated_key_goes_on_for_its_overlap)
{
	const char *first, *second;
	struct api_key old, k;

	with_policy(c);
	make_key(c, "phone", ROLE_SENDER, &first);
	CHECK_OK(api_key_rotate(c, "phone", 60000, &old, &k, &second));
	CHECK(enter(c, first)->role == ROLE_SENDER && enter(c, second)->role == ROLE_SENDER);
	CHECK(strcmp(enter(c, first)->id, enter(c, second)->id) != 0);
	CHECK_OK(api_key_find(c, "phone", &k));
	CHECK_TEXT(k.id, enter(c, second)->id);
	CHECK(api_key_rotate(c, old.id, 0, &old, &k, &first) == FAIL_CONFLICT);
	fail_forget(c);
	CHECK_OK(api_key_rotate(c, "phone", 0, &old, &k, &first));
	turned_away(c, second);
	enter(c, first);
}

TEST(two_keys_in_use_cannot_share_a_name)
{
	struct api_key k = {.name = "phone", .role = ROLE_VIEWER};
	const char *text;

	with_policy(c);
	make_key(c, "phone", ROLE_VIEWER, &text);
	CHECK(api_key_create(c, &k, &text) == FAIL_CONFLICT);
	fail_forget(c);
	CHECK_OK(api_key_revoke(c, "phone", &k));
	make_key(c, "phone", ROLE_VIEWER, &text);
	k = (struct api_key){.name = "a b"};
	CHECK(api_key_create(c, &k, &text) == FAIL_INPUT);
}

TEST(ten_wrong_keys_from_an_address_shut_it_for_a_minute)
{
	const struct caller *who;
	const char *text;

	with_policy(c);
	make_key(c, "one", ROLE_VIEWER, &text);
	for (int i = 0; i < 10; i++) {
		CHECK(caller_from_key(c, "nonsense", "203.0.113.7", &who) == FAIL_AUTH);
		fail_forget(c);
	}
	CHECK(caller_from_key(c, text, "203.0.113.7", &who) == FAIL_LIMIT);
	fail_forget(c);
	CHECK_OK(caller_from_key(c, text, "203.0.113.8", &who));
	for (int i = 0; i < 20; i++) {
		CHECK(caller_from_key(c, "nonsense", "127.0.0.1", &who) == FAIL_AUTH);
		fail_forget(c);
	}
	CHECK_OK(caller_from_key(c, text, "127.0.0.1", &who));
}

TEST(the_master_key_may_all_but_keys_policy_and_restore)
{
	const struct caller *who = NULL;

	setenv("TRAE_MASTER_KEY", "a password of the owner", 1);
	with_policy(c);
	unsetenv("TRAE_MASTER_KEY");
	CHECK_OK(caller_from_key(c, "a password of the owner", NULL, &who));
	turned_away(c, "a password of the owne");
	turned_away(c, "a password of the owner ");
	c->caller = who;
	for (int e = 0; e < EFFECT_COUNT; e++)
		CHECK_OK(policy_allow(c, (enum effect)e, "task submit"));
	CHECK(policy_allow(c, EFFECT_WRITE, "key create") == FAIL_DENIED);
	CHECK(policy_allow(c, EFFECT_WRITE, "policy set") == FAIL_DENIED);
	CHECK(policy_allow(c, EFFECT_DESTROY, "backup restore") == FAIL_DENIED);
	CHECK_OK(policy_allow(c, EFFECT_WRITE, "backup create"));
	CHECK_OK(policy_allow(c, EFFECT_WRITE, "keyboard set"));
}

TEST(each_role_may_cause_what_its_row_says)
{
	/* read, write, send, act, spend, destroy, key create */
	static const char *const rows[ROLE_COUNT] = {"1000000", "1100000", "1111100", "1111111"};

	for (int r = 0; r < ROLE_COUNT; r++) {
		struct caller who = {.id = "x", .name = "x", .role = (enum role)r};

		c->caller = &who;
		for (int e = 0; e < EFFECT_COUNT; e++)
			CHECK((policy_allow(c, (enum effect)e, "task submit") == FAIL_NONE) ==
				(rows[r][e] == '1'));
		CHECK((policy_allow(c, EFFECT_READ, "key create") == FAIL_NONE) ==
			(rows[r][6] == '1'));
	}
	c->caller = NULL;
	CHECK_OK(policy_allow(c, EFFECT_DESTROY, "key create"));
}

/* Every operation by the network with every role: what its effect and its place say, no more. */
TEST(every_operation_and_every_role)
{
	int tried = 0;

	for (size_t i = 0; op_table[i]; i++) {
		const struct op *op = op_table[i];

		for (int r = -1; r < ROLE_COUNT; r++) {
			struct caller who = {.id = "x", .name = "x", .role = (enum role)r};
			struct policy_ask a = {.operation = op->name, .effect = op->effect,
				.shell_only = op->flags & OP_SHELL, .open = op->flags & OP_OPEN};
			struct call http = {.channel = CHANNEL_HTTP, .caller = r < 0 ? NULL : &who};
			bool may = op->flags & OP_OPEN || (r >= 0 && !(op->flags & OP_SHELL) &&
				(op->effect == EFFECT_READ || r == ROLE_ADMIN ||
					(op->effect == EFFECT_WRITE && r >= ROLE_OPERATOR) ||
					(op->effect != EFFECT_DESTROY && r >= ROLE_SENDER)));
			enum fail f = policy_who(&http, &a);

			if (f == FAIL_NONE)
				f = policy_effect(&http, &a);
			if ((f == FAIL_NONE) != may)
				printf("# %s, role %d\n", op->name, r);
			CHECK((f == FAIL_NONE) == may);
			CHECK(may || f == (r < 0 ? FAIL_AUTH : FAIL_DENIED));
			call_release(&http);
			tried++;
		}
	}
	CHECK(tried > 250);
}

TEST(scopes_are_operations_or_nouns)
{
	struct caller who = {.id = "x", .name = "x", .role = ROLE_ADMIN,
		.scopes = "task,file list"};

	c->caller = &who;
	CHECK_OK(policy_allow(c, EFFECT_WRITE, "task submit"));
	CHECK_OK(policy_allow(c, EFFECT_READ, "file list"));
	CHECK(policy_allow(c, EFFECT_READ, "file get") == FAIL_DENIED);
	CHECK(policy_allow(c, EFFECT_READ, "taskbar list") == FAIL_DENIED);
	who.scopes = "";
	CHECK(policy_allow(c, EFFECT_READ, "file list") == FAIL_DENIED);
}

TEST(twenty_in_ten_seconds_and_a_hundred_in_sixty)
{
	const struct caller who = {.id = "k", .name = "k", .rate = 100};
	const struct caller slow = {.id = "s", .name = "s", .rate = 1};
	int64_t now = 1000000;
	int passed = 0;

	for (int i = 0; i < 25; i++)
		passed += rate_take(c, &who, now + i) == FAIL_NONE;
	CHECK(passed == 20 && c->rate->window_s == 10 && c->rate->limit == 20 &&
		c->rate->reset_s == 10);
	CHECK(rate_take(c, &who, now + 9999) == FAIL_LIMIT);
	CHECK_OK(rate_take(c, &who, now + 10000));
	CHECK(c->rate->limit == 100 && c->rate->remaining == 79);
	CHECK(rate_take(c, &who, now + 10000) == FAIL_LIMIT);
	passed = 21;
	for (int i = 10001; i < 60000; i++)
		passed += rate_take(c, &who, now + i) == FAIL_NONE;
	CHECK(passed == 100 && c->rate->window_s == 60 && c->rate->remaining == 0);
	CHECK_OK(rate_take(c, &who, now + 60000));
	CHECK_OK(rate_take(c, &slow, now));
	CHECK(rate_take(c, &slow, now + 59999) == FAIL_LIMIT);
	CHECK_OK(rate_take(c, &slow, now + 60000));
}

TEST(of_callers_that_went_nothing_is_kept)
{
	size_t before = mallinfo2().uordblks;

	for (int i = 0; i < 1000; i++) {
		const struct caller who = {.id = arena_printf(&c->arena, "caller-%d", i), .rate = 100};

		CHECK_OK(rate_take(c, &who, i * INT64_C(60000)));
	}
	CHECK(mallinfo2().uordblks < before + 400000);
}

/* One call of the operation, as lib/op makes it: *DONE counts what happened. */
static enum fail once(struct call *c, struct policy_ask *a, const char *args, int *done,
	const char **answer)
{
	json_t *given, *replies;
	enum fail f;

	CHECK_OK(json_parse(c, args, strlen(args), &given));
	a->args = json_keep(c, given);
	a->lock = -1;
	a->replies = NULL;
	a->key = a->hash = a->lock_path = NULL;
	a->opened = false;
	replies = json_keep(c, json_pack("[{s:s}]", "id", id_new(&c->arena)));
	policy_look(c, a);
	f = policy_who(c, a);
	if (!f)
		f = policy_key(c, a);
	if (!f && !a->replies) {
		++*done;
		f = a->shows ? FAIL_REMOTE : FAIL_NONE; /* here: ends badly */
	}
	f = policy_audit(c, a, f, replies);
	*answer = json_text(c, a->replies ? a->replies : replies, false);
	return f;
}

static void check_once(struct call *c, bool atomic)
{
	struct policy_ask a = {.operation = "task submit", .effect = EFFECT_WRITE,
		.atomic = atomic};
	const char *first, *again;
	int done = 0;

	c->idempotency_key = "k1";
	CHECK_OK(once(c, &a, "{\"a\":1,\"b\":[]}", &done, &first));
	CHECK_OK(once(c, &a, "{\"b\":[],\"a\":1}", &done, &again));
	CHECK(done == 1);
	CHECK_TEXT(again, first);
	CHECK(once(c, &a, "{\"a\":2}", &done, &again) == FAIL_REUSED && done == 1);
	fail_forget(c);
	/* Another operation and another key are other calls. */
	a.operation = "task cancel";
	CHECK_OK(once(c, &a, "{\"a\":2}", &done, &again));
	c->idempotency_key = "k2";
	CHECK_OK(once(c, &a, "{\"a\":2}", &done, &again));
	CHECK(done == 3);
	/* What ended badly is done again. */
	c->idempotency_key = "k3";
	a.shows = true;
	CHECK(once(c, &a, "{}", &done, &again) == FAIL_REMOTE);
	a.shows = false;
	CHECK_OK(once(c, &a, "{}", &done, &first));
	CHECK(done == 5 && !store_in_transaction(c));
	/* A day later the key means nothing. */
	CHECK_OK(store_run(c, SQL("update idempotency set created_at = created_at - 86400001"),
		NO_PARAMS, NULL));
	CHECK_OK(once(c, &a, "{\"new\":1}", &done, &again));
	CHECK(done == 6);
	CHECK_OK(policy_flush(c, false));
	CHECK_TEXT(ask(c, c->store_path, "select count(*) from idempotency"), "1");
}

TEST(one_key_one_call_in_a_transaction)
{
	with_policy(c);
	check_once(c, true);
}

TEST(one_key_one_call_outside_one)
{
	with_policy(c);
	check_once(c, false);
}

TEST(without_a_key_each_call_is_one)
{
	struct policy_ask a = {.operation = "task submit", .effect = EFFECT_WRITE, .atomic = true};
	const char *first, *second;
	int done = 0;

	with_policy(c);
	CHECK_OK(once(c, &a, "{}", &done, &first));
	CHECK_OK(once(c, &a, "{}", &done, &second));
	CHECK(done == 2 && strcmp(first, second) != 0);
}

TEST(a_key_while_the_first_call_runs)
{
	struct policy_ask first = {.operation = "o", .effect = EFFECT_WRITE, .lock = -1,
		.args = json_keep(c, json_object())}, second = first;

	with_policy(c);
	c->idempotency_key = "k";
	policy_look(c, &first);
	policy_look(c, &second);
	CHECK_OK(policy_who(c, &first));
	CHECK_OK(policy_key(c, &first));
	CHECK(policy_who(c, &second) == FAIL_NONE && policy_key(c, &second) == FAIL_CONFLICT);
	fail_forget(c);
	/* Its process dies: a write is done anew, a send is not. */
	file_close(&first.lock);
	second.effect = EFFECT_SEND;
	CHECK(policy_key(c, &second) == FAIL_UNKNOWN);
	fail_forget(c);
	second.effect = EFFECT_WRITE;
	CHECK_OK(policy_key(c, &second));
	CHECK_OK(policy_audit(c, &second, FAIL_NONE, json_keep(c, json_array())));
	first.lock_path = NULL;
}

TEST(the_same_send_within_ten_minutes_is_one)
{
	const struct caller who = {.id = "abc", .name = "x", .role = ROLE_SENDER};
	struct policy_ask a = {.operation = "mail send", .effect = EFFECT_SEND};
	const char *first, *again;
	int done = 0;

	with_policy(c);
	c->caller = &who;
	CHECK_OK(once(c, &a, "{\"to\":\"a\"}", &done, &first));
	CHECK_OK(once(c, &a, "{\"to\":\"a\"}", &done, &again));
	CHECK(done == 1 && a.deduplicated);
	CHECK_TEXT(again, first);
	CHECK_OK(once(c, &a, "{\"to\":\"b\"}", &done, &again));
	CHECK_OK(store_run(c, SQL("update idempotency set created_at = created_at - 600001"),
		NO_PARAMS, NULL));
	CHECK_OK(once(c, &a, "{\"to\":\"a\"}", &done, &again));
	CHECK(done == 3);
}

TEST(keys_that_are_none)
{
	struct policy_ask a = {.operation = "o", .effect = EFFECT_WRITE, .atomic = true, .lock = -1,
		.args = json_keep(c, json_object())};
	char *letters = arena_alloc(&c->arena, 257, 1);

	with_policy(c);
	c->idempotency_key = "";
	CHECK(policy_key(c, &a) == FAIL_INPUT);
	c->idempotency_key = "a\nb";
	CHECK(policy_key(c, &a) == FAIL_INPUT);
	c->idempotency_key = memset(letters, 'x', 256);
	CHECK(policy_key(c, &a) == FAIL_INPUT);
	c->idempotency_key = "k";
	a.secret = true;
	CHECK(policy_key(c, &a) == FAIL_USAGE);
	CHECK(!store_in_transaction(c));
}

TEST(who_may_come_by_which_way)
{
	const struct caller who = {.id = "abc", .name = "x", .role = ROLE_ADMIN};
	struct policy_ask a = {.operation = "o", .effect = EFFECT_READ};

	c->channel = CHANNEL_HTTP;
	CHECK(policy_who(c, &a) == FAIL_AUTH);
	a.open = true;
	CHECK_OK(policy_who(c, &a));
	CHECK_TEXT(caller_id(c), "-");
	c->caller = &who;
	a.shell_only = true;
	CHECK(policy_who(c, &a) == FAIL_DENIED);
	c->channel = CHANNEL_SHELL;
	CHECK_OK(policy_who(c, &a));
	c->dry_run = true;
	CHECK_OK(policy_dry_run(c, &a));
	a.effect = EFFECT_WRITE;
	CHECK(policy_dry_run(c, &a) == FAIL_USAGE);
	a.shows = true;
	CHECK_OK(policy_dry_run(c, &a));
}
