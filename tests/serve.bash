# A server of the test's own: serve [OPTION...] starts it, request METHOD PATH [CURL OPTION...] asks.
serve() {
	[ -e "$HOME/.config/trae/secrets.key" ] || trae init --key-file -q
	: >serve.out
	trae serve --port 0 "$@" >serve.out 2>serve.err 3>&- &
	SERVER=$!
	until grep -q '^port' serve.out; do
		kill -0 $SERVER || { cat serve.err; return 1; }
		sleep 0.05
	done
	AT=http://127.0.0.1:$(sed -n 's/^port	//p' serve.out)
	KEY=$(trae key create --name "test-$BATS_TEST_NUMBER-$RANDOM" --role "${ROLE:-admin}" --rate none --format '{{key}}')
}

teardown() {
	[ -z "${SERVER:-}" ] || { kill $SERVER; wait $SERVER; } || true
}

# Prints the body; the status goes to the file status, the headers to the file headers.
request() {
	local method=$1 path=$2
	shift 2
	curl -s -X "$method" -D headers -o body -w '%{http_code}' -H "Authorization: Bearer $KEY" "$@" \
		"$AT$path" >status
	cat body
}

post() { # PATH JSON [CURL OPTION...]
	local path=$1 body=$2
	shift 2
	request POST "$path" -H 'Content-Type: application/json' -d "$body" "$@"
}

answered() { # STATUS [JQ-FILTER]: of the last request
	[ "$(cat status)" = "$1" ] || { cat status headers body; return 1; }
	[ -z "${2:-}" ] || jq -e "$2" body >/dev/null || { cat body; return 1; }
}
