/* trae audit anchor: seals the record, and notes its end outside the store. */
#include "lib/op/op.h"
#include "lib/policy/audit.h"

struct audit_anchor_reply {
	int64_t sealed, seq;
	const char *mac, *path;
};

static enum fail run(struct call *c, const void *data)
{
	struct audit_anchor_reply reply;
	struct audit_row end;

	(void)data;
	TRY(audit_anchor(c, &reply.sealed, &end, &reply.path));
	if (!end.seq)
		return fail(c, FAIL_MISSING, "there is no audit record yet: it begins with the "
			"first API key");
	reply.seq = end.seq;
	reply.mac = end.mac;
	return op_emit(c, &reply);
}

const struct op op_audit_anchor = {
	.name = "audit anchor",
	.effect = EFFECT_WRITE,
	.flags = OP_SHELL,
	.summary = "Seal the audit record, and note its end outside it",
	.about = "A server does both by itself. By hand it is needed after a backup was "
		"restored, where the record is older than what was noted, and before its end is "
		"copied elsewhere.",
	.example = "trae audit anchor --json",
	OP_NO_ARGS,
	OP_REPLY(struct audit_anchor_reply,
		FIELD(struct audit_anchor_reply, sealed, "Rows that were sealed now",
			.required = true),
		FIELD(struct audit_anchor_reply, seq, "Number of the last row", .required = true),
		FIELD(struct audit_anchor_reply, mac, "Its seal", .required = true),
		FIELD(struct audit_anchor_reply, path, "The anchor file", .required = true)),
	.run = run,
};
