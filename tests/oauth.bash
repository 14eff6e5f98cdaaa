# The steps of the OAuth flow, each a call of curl; names in capitals are what the steps leave behind.
HOME_URI=https://claude.ai/api/mcp/auth_callback

teardown() {
	for pid in ${SERVER:-} ${PARTNER:-}; do
		kill $pid
		wait $pid || true
	done
}

base64url() {
	base64 -w0 | tr '+/' '-_' | tr -d '='
}

new_verifier() {
	VERIFIER=$(head -c 32 /dev/urandom | base64url)
	CHALLENGE=$(printf %s "$VERIFIER" | openssl dgst -sha256 -binary | base64url)
}

# ask METHOD PATH [CURL OPTION...]: without a key; files status, headers and body, as request has it.
ask() {
	local method=$1 path=$2
	shift 2
	curl -s -X "$method" -D headers -o body -w '%{http_code}' "$@" "$AT$path" >status
}

# register [JSON MEMBERS]: a client of its own, in CLIENT and SECRET.
register() {
	ask POST /register -H 'Content-Type: application/json' -d "{\"client_name\":\"Claude\",
		\"redirect_uris\":[\"$HOME_URI\"],\"token_endpoint_auth_method\":\"none\"${1:+,$1}}"
	answered 200 || return 1
	CLIENT=$(jq -r .client_id body)
	SECRET=$(jq -r '.client_secret // empty' body)
}

# authorize [NAME=VALUE...]: asks for the page; a NAME= alone leaves that parameter out.
authorize() {
	local -A given=([client_id]=$CLIENT [redirect_uri]=$HOME_URI [response_type]=code [state]=st-1
		[code_challenge]=${CHALLENGE:-} [code_challenge_method]=S256)
	local pair options=()
	for pair; do given[${pair%%=*}]=${pair#*=}; done
	for pair in "${!given[@]}"; do
		[ -z "${given[$pair]}" ] || options+=(--data-urlencode "$pair=${given[$pair]}")
	done
	ask GET /authorize -G "${options[@]}"
	SEALED=$(sed -n 's/.*name="request" value="\([^"]*\)".*/\1/p' body)
}

# consent PROOF [CURL OPTION...]: the owner's yes.
consent() {
	local proof=$1
	shift
	ask POST /authorize -d decision=allow -d "role=${GRANT:-operator}" --data-urlencode "proof=$proof" \
		--data-urlencode "request=$SEALED" "$@"
	CODE=$(went code)
}

# went NAME: that parameter of the address the browser was sent to.
went() {
	sed -n 's/^[Ll]ocation: //p' headers | tr -d '\r' | tr '?&' '\n\n' | sed -n "s/^$1=//p"
}

pair() {
	trae oauth pair --format '{{code}}'
}

# token NAME=VALUE...: asks the token endpoint.
token() {
	local pair options=()
	for pair; do options+=(--data-urlencode "$pair"); done
	ask POST /token "${options[@]}"
}

redeem() { # [NAME=VALUE...]: the code, with what belongs to it
	local -A given=([grant_type]=authorization_code [client_id]=$CLIENT [code]=$CODE
		[code_verifier]=$VERIFIER [redirect_uri]=$HOME_URI)
	local pair all=()
	for pair; do given[${pair%%=*}]=${pair#*=}; done
	for pair in "${!given[@]}"; do
		[ -z "${given[$pair]}" ] || all+=("$pair=${given[$pair]}")
	done
	token "${all[@]}"
	ACCESS=$(jq -r '.access_token // empty' body)
	REFRESH=$(jq -r '.refresh_token // empty' body)
}

refresh() { # TOKEN [NAME=VALUE...]
	token grant_type=refresh_token "client_id=$CLIENT" "refresh_token=$1" "${@:2}"
}

# granted [NAME=VALUE...]: the whole flow; ACCESS and REFRESH are good behind it.
granted() {
	new_verifier
	[ -n "${CLIENT:-}" ] || register || return 1
	authorize "$@" && answered 200 || return 1
	consent "$(pair)" && answered 303 || return 1
	redeem && answered 200
}

# enters TOKEN [PATH]: whether the token lets in.
enters() {
	ask GET "${2:-/api/v1/status}" -H "Authorization: Bearer $1"
	[ "$(cat status)" = 200 ]
}

refused() { # ERROR [STATUS]: of the token endpoint
	answered "${2:-400}" ".error == \"$1\" and (.error_description | length > 0)"
}

# sent_back ERROR: the browser goes back to the client with that error, its state and our name.
sent_back() {
	answered 303 || return 1
	[ "$(went error)" = "$1" ] || { echo "error is $(went error), not $1"; return 1; }
	[ "$(went state)" = st-1 ]
	[ "$(went iss)" = "$(jq -rn --arg at "$AT" '$at | @uri')" ]
}

# stays STATUS PATTERN: a page for the owner, from which nobody is sent anywhere.
stays() {
	answered "$1" || return 1
	lacks '^[Ll]ocation:' headers || return 1
	grep -qi '^content-type: text/html' headers
	grep -q "$2" body || { cat body; return 1; }
}

# stored SQL: looks into or changes the store beside the server, which may hold it for a moment.
stored() {
	until "$BUILD/tests/drive/sql" on "$HOME/.local/share/trae/trae.db" "$1" >sql.out 2>&1; do
		grep -q 'database is locked' sql.out || { cat sql.out; return 1; }
		sleep 0.05
	done
	cat sql.out
}
