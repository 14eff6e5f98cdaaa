#!/usr/bin/env bats
# Clients of the authorization server that are known by a document of their own, at the URL that is
# their id.
bats_require_minimum_version 1.5.0
load helper
load serve
load oauth

prepare() {
	for tool in curl jq openssl python3; do skip_without "$tool is not installed" command -v $tool; done
}

# documents: a web server for metadata documents of clients, at DOCUMENTS.
documents() {
	mkdir -p documents/folder
	: >documents.out
	python3 -u -m http.server --bind 127.0.0.1 -d documents 0 >documents.out 2>documents.log 3>&- &
	PARTNER=$!
	until grep -q 'Serving HTTP' documents.out; do sleep 0.05; done
	DOCUMENTS=http://127.0.0.1:$(sed -n 's/.*port \([0-9]*\).*/\1/p' documents.out)
}

document() { # NAME JQ-FILTER: the document of a client, changed
	jq -n --arg id "$DOCUMENTS/$1" --arg uri "$HOME_URI" '{client_id: $id, client_name: "By document",
		redirect_uris: [$uri], token_endpoint_auth_method: "none"}' | jq "$2" >"documents/$1"
	CLIENT=$DOCUMENTS/$1
}

@test "a client whose id is the URL of its metadata document" {
	documents
	export TRAE_NET_ALLOWED_HOSTS=127.0.0.1
	serve
	new_verifier
	document good.json .
	authorize && answered 200
	grep -q "<dd>$CLIENT</dd>" body
	consent "$(pair)" && answered 303
	redeem && answered 200
	enters "$ACCESS"
	refresh "$REFRESH" && answered 200
	authorize && answered 200
	[ "$(grep -c 'GET /good.json' documents.log)" = 1 ]
	authorize redirect_uri=https://evil.example/ && stays 400 'did not name before'
	document other.json '.client_id = "https://a.example/other.json"' && authorize && stays 400 'does not name its own URL'
	document secret.json '.client_secret = "x"' && authorize && stays 400 'without a secret'
	document key.json '.token_endpoint_auth_method = "private_key_jwt"' && authorize && stays 400 'without a secret'
	sleep 10
	document none.json '.redirect_uris = []' && authorize && stays 400 'redirect_uris has 1'
	document large.json '.x = ("x" * 20000)' && authorize && stays 400 'of the program that sent you here'
	document script.json '.redirect_uris = ["javascript:alert(1)"]' && authorize && stays 400 'goes to https'
	CLIENT=$DOCUMENTS/folder authorize && stays 502 'status 301'
	CLIENT=$DOCUMENTS/ authorize && stays 400 'with a path'
	CLIENT=$DOCUMENTS/x/../good.json authorize && stays 400 'with a path'
	CLIENT=http://127.0.0.1.nip.example/good.json authorize && stays 400 'is https'
}

@test "the document of a client is not fetched from the owner's network" {
	documents
	serve
	new_verifier
	document good.json .
	authorize && stays 400 'is https'
	CLIENT=https://127.0.0.1:${DOCUMENTS##*:}/good.json authorize && stays 403 'good.json'
	CLIENT=https://169.254.169.254/latest authorize && stays 403 'latest'
	[ ! -s documents.log ] || [ -z "$(grep GET documents.log)" ]
}
