/* trae secret list: names of secrets, never values. */
#include "lib/base/clock.h"
#include "lib/op/op.h"
#include "lib/secret/secret.h"

struct secret_list_reply {
	const char *name, *backend, *changed_at;
};

static enum fail run(struct call *c, const void *data)
{
	const struct secret_entry *entries;
	size_t count;

	(void)data;
	TRY(secret_list(c, &entries, &count));
	for (size_t i = 0; i < count; i++) {
		const struct secret_entry *e = &entries[i];
		struct secret_list_reply reply = {.name = e->name, .backend = e->backend};

		if (e->changed_at)
			reply.changed_at = clock_text(&c->arena, e->changed_at);
		TRY(op_emit(c, &reply));
	}
	return FAIL_NONE;
}

const struct op op_secret_list = {
	.name = "secret list",
	.effect = EFFECT_READ,
	.flags = OP_SHELL,
	.summary = "List the names of secrets",
	.about = "Names only, in the order in which they are looked for: a name that is "
		"there twice is read from where it stands first.",
	.example = "trae secret list",
	.rows = "secrets",
	OP_NO_ARGS,
	OP_REPLY(struct secret_list_reply,
		FIELD(struct secret_list_reply, name, "Name of the secret", .required = true),
		FIELD(struct secret_list_reply, backend, "credential, keyring or file",
			.required = true),
		FIELD(struct secret_list_reply, changed_at,
			"When it was changed last, null where that is not kept")),
	.run = run,
};
