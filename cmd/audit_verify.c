/* trae audit verify: is the record of decisions as it was written? */
#include "lib/op/op.h"
#include "lib/policy/audit.h"

struct audit_verify_args {
	struct path anchor;
};

struct audit_verify_reply {
	int64_t rows, unsealed, first_seq, last_seq;
	const char *last_mac, *anchor;
};

static enum fail run(struct call *c, const void *data)
{
	const struct audit_verify_args *args = data;
	struct audit_verify_reply reply;
	struct audit_report report;

	if (args->anchor.kind != PATH_NONE && args->anchor.kind != PATH_LOCAL)
		return fail(c, FAIL_USAGE, "anchor: a file of this machine is needed");
	TRY(audit_verify(c, args->anchor.text, &report));
	reply = (struct audit_verify_reply){report.rows, report.unsealed, report.first_seq,
		report.last_seq, report.last_mac, report.anchor};
	return op_emit(c, &reply);
}

const struct op op_audit_verify = {
	.name = "audit verify",
	.effect = EFFECT_READ,
	.flags = OP_SHELL,
	.summary = "Check that the audit record was not changed",
	.about = "Goes through the chain of seals with the policy-key of the secret store, "
		"and holds its end against the anchor outside the store: rows changed, removed, "
		"added or moved are named, and the status is 65. Keep a copy of the anchor "
		"elsewhere to be surer.",
	.example = "trae audit verify --json",
	OP_ARGS(struct audit_verify_args,
		FIELD(struct audit_verify_args, anchor, "Anchor file to hold the end against; "
			"default: the one in the state folder", .complete = "file")),
	OP_REPLY(struct audit_verify_reply,
		FIELD(struct audit_verify_reply, rows, "Rows", .required = true),
		FIELD(struct audit_verify_reply, unsealed, "Of them not sealed yet: the owner's "
			"latest calls, sealed by the server or trae audit anchor",
			.required = true),
		FIELD(struct audit_verify_reply, first_seq, "Number of the first",
			.required = true),
		FIELD(struct audit_verify_reply, last_seq, "Number of the last that is sealed",
			.required = true),
		FIELD(struct audit_verify_reply, last_mac, "Its seal", .required = true,
			.hidden = true),
		FIELD(struct audit_verify_reply, anchor, "The anchor file", .required = true)),
	.run = run,
};
