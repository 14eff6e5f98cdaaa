/* What the files about grants and tokens share. */
#ifndef POLICY_OAUTH_STATE_H
#define POLICY_OAUTH_STATE_H

#include "lib/policy/oauth.h"

/* A code, access or refresh token, with the grant that it stands for. */
struct oauth_token {
	const char *id, *kind, *hash;
	struct oauth_grant grant;
	enum role role;
	const char *scopes;
	const char *redirect, *challenge; /* of a code */
	const char *made_of;              /* id of the code or refresh token it was given for */
	const char *state;                /* "good", "used" or "replaced" */
	int64_t used_at, expires_at;
};

/* oauth_grant.c: keeps T, whose text with PREFIX is *TEXT. In a transaction. */
enum fail oauth_token_put(struct call *c, const char *prefix, const struct oauth_token *t,
	const char **text);

/* oauth_token.c: from here on the gate's record of this call names the grant. */
void oauth_know(struct call *c, const struct oauth_grant *g);

#endif
