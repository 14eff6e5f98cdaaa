/* trae callback secret: what a receiver checks signatures with. */
#include <string.h>

#include "lib/base/clock.h"
#include "lib/model/callback_secret.h"
#include "lib/net/guard.h"
#include "lib/net/net.h"
#include "lib/op/op.h"
#include "lib/text/duration.h"

struct callback_secret_args {
	const char *host, *overlap;
	bool rotate;
};

struct callback_secret_reply {
	const char *host, *secret, *overlap_until;
};

static enum fail read_overlap(struct call *c, const char *text, int64_t *ms)
{
	*ms = 0;
	if (!strcmp(text, "0") || duration_parse(text, ms))
		return FAIL_NONE;
	return fail(c, FAIL_USAGE, "--overlap is a time as in 24h or 7d, or 0, not %s", text);
}

/* The host that WORD names, by itself or as that of a URL. */
static enum fail read_host(struct call *c, const char *word, const char **host)
{
	struct guard_url url;

	if (!net_is_url(word))
		word = arena_printf(&c->arena, "https://%s", word);
	TRY(guard_url(c, word, &url));
	*host = url.host;
	return FAIL_NONE;
}

static enum fail run(struct call *c, const void *data)
{
	const struct callback_secret_args *args = data;
	struct callback_secret_reply reply = {0};
	SECRET_AUTO *secret = NULL;
	int64_t overlap_ms, until;

	TRY(read_overlap(c, args->overlap, &overlap_ms));
	TRY(read_host(c, args->host, &reply.host));
	if (args->rotate)
		TRY(callback_secret_rotate(c, reply.host, overlap_ms, &secret));
	else
		TRY(callback_secret_get(c, reply.host, &secret));
	/* It is printed for the person who sets up the receiver; then the process ends. */
	reply.secret = callback_secret_text(c, secret, clock_now_ms(), &until);
	reply.overlap_until = until ? clock_text(&c->arena, until) : NULL;
	return op_emit(c, &reply);
}

const struct op op_callback_secret = {
	.name = "callback secret",
	.effect = EFFECT_WRITE,
	.flags = OP_SHELL,
	.summary = "Print or rotate the secret of a receiver",
	.about = "Each host that callbacks go to has one, made when it is first needed. With "
		"--rotate a new one takes its place, and both sign until the overlap ends: "
		"webhook-signature has both, X-TRAE-Signature the old one and "
		"X-TRAE-Signature-Next the new one.",
	.example = "trae callback secret hooks.example.com --rotate --overlap 24h",
	.document = "secret",
	OP_ARGS(struct callback_secret_args,
		FIELD(struct callback_secret_args, host, "Host of the receiver, or its URL",
			.word = true, .required = true),
		FIELD(struct callback_secret_args, rotate, "Put a new secret in its place"),
		FIELD(struct callback_secret_args, overlap,
			"How long the secret before goes on, as in 24h or 7d; 0: it ends now",
			.initial = "24h")),
	OP_REPLY(struct callback_secret_reply,
		FIELD(struct callback_secret_reply, host, "The host", .required = true),
		FIELD(struct callback_secret_reply, secret, "The secret, whsec_ and base64",
			.required = true, .secret = true),
		FIELD(struct callback_secret_reply, overlap_until, "When the one before ends")),
	.run = run,
};
