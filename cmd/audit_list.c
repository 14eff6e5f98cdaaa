/* trae audit list: what was decided. */
#include "lib/base/clock.h"
#include "lib/op/op.h"
#include "lib/policy/audit.h"
#include "lib/store/store.h"

struct audit_list_args {
	int64_t limit, before;
};

struct audit_list_reply {
	const char *at, *caller, *channel, *operation, *effect, *decision, *outcome, *hash;
	int64_t seq, n;
	bool sealed;
};

static enum fail run(struct call *c, const void *data)
{
	const struct audit_list_args *args = data;
	struct audit_row *rows;
	size_t n;

	TRY(store_open_read(c));
	TRY(audit_list(c, (int)args->limit, args->before, &rows, &n));
	for (size_t i = 0; i < n; i++) {
		const struct audit_row *r = &rows[i];
		struct audit_list_reply reply = {.seq = r->seq, .n = r->n, .caller = r->caller,
			.at = clock_text(&c->arena, r->decided_at), .channel = r->channel,
			.operation = r->operation, .effect = r->effect, .decision = r->decision,
			.outcome = r->outcome, .hash = r->hash, .sealed = r->mac != NULL};

		TRY(op_emit(c, &reply));
	}
	return FAIL_NONE;
}

const struct op op_audit_list = {
	.name = "audit list",
	.effect = EFFECT_READ,
	.flags = OP_SHELL,
	.summary = "List what callers asked for and what was decided",
	.about = "Newest first. Kept from the first API key or server on: each call that "
		"changes something or was refused is a row; reads, and refusals of a flood, are "
		"one row per caller, operation and minute. Arguments are kept as a digest only.",
	.example = "trae audit list --limit 20",
	.rows = "decisions",
	OP_ARGS(struct audit_list_args,
		FIELD(struct audit_list_args, limit, "Most rows shown", .initial = "50", .min = 1,
			.max = 1000),
		FIELD(struct audit_list_args, before, "Only rows before this number",
			.initial = "0",
			.min = 0, .max = 9007199254740991.0)),
	OP_REPLY(struct audit_list_reply,
		FIELD(struct audit_list_reply, seq, "Number of the row", .required = true),
		FIELD(struct audit_list_reply, at, "When", .required = true),
		FIELD(struct audit_list_reply, caller, "Id of the API key, master, shell, or - for "
			"nobody known", .required = true),
		FIELD(struct audit_list_reply, channel, "The way in", .required = true),
		FIELD(struct audit_list_reply, operation, "What was asked for", .required = true),
		FIELD(struct audit_list_reply, effect, "Its class",
			.required = true, .hidden = true),
		FIELD(struct audit_list_reply, decision,
			"allowed, denied, limited, unknown, replayed or refused", .required = true),
		FIELD(struct audit_list_reply, outcome, "ok or what failed, null for counts"),
		FIELD(struct audit_list_reply, n, "Decisions that the row stands for",
			.required = true),
		FIELD(struct audit_list_reply, hash, "BLAKE2b-256 of the arguments",
			.hidden = true),
		FIELD(struct audit_list_reply, sealed, "Whether the row is sealed",
			.required = true,
			.hidden = true)),
	.run = run,
};
